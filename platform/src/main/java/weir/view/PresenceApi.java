package weir.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Map;
import weir.device.DeviceId;
import weir.device.DeviceQuery;
import weir.device.Devices;
import weir.device.presence.DeviceState;
import weir.device.presence.DeviceState.State;
import weir.device.presence.PresenceBoard;
import weir.event.ProblemException;

/// Who is there, under `/api/presence` and `/api/devices/{id}/presence`.
public final class PresenceApi implements HttpService {

  private static final int PAGE_SIZE = 50;
  private static final int NAMED_MAX = 100;

  private final PresenceBoard board;
  private final Devices devices;

  public PresenceApi(PresenceBoard board, Devices devices) {
    this.board = board;
    this.devices = devices;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/api/presence", this::list)
        .any("/api/presence", Answers.only("GET"))
        .get("/api/devices/{id}/presence", this::show)
        .any("/api/devices/{id}/presence", Answers.only("GET"));
  }

  private void list(ServerRequest request, ServerResponse response) {
    QueryForm form = new QueryForm(request);
    State state = form.choice("state", State.class);
    int size = form.number("page_size", 1, DeviceQuery.LIMIT_MAX, PAGE_SIZE);
    String cursor = form.text("cursor");
    List<DeviceId> named = named(request, form);
    form.check();
    List<DeviceState> found =
        named.isEmpty() ? board.list(state, cursor, size) : named.stream().map(board::of).toList();
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    found.forEach(one -> items.add(one.json()));
    ObjectNode counts = body.putObject("counts");
    Map<State, Long> known = board.counts();
    for (State each : State.values()) {
      counts.put(each.text(), known.getOrDefault(each, 0L));
    }
    body.put(
        "next_cursor",
        named.isEmpty() && found.size() == size ? found.getLast().device().value() : null);
    Answers.send(response, body);
  }

  /// The devices that are named one by one, if any.
  private static List<DeviceId> named(ServerRequest request, QueryForm form) {
    if (form.text("device") == null) {
      return List.of();
    }
    List<DeviceId> devices =
        request.query().all("device").stream().flatMap(id -> DeviceId.parse(id).stream()).toList();
    if (devices.isEmpty() || devices.size() > NAMED_MAX) {
      form.wrong("device", "must be 1 to " + NAMED_MAX + " device ids, each as a parameter");
    }
    return devices;
  }

  private void show(ServerRequest request, ServerResponse response) {
    DeviceId id = DeviceApi.id(request);
    if (devices.find(id).isEmpty()) {
      throw ProblemException.notFound("there is no such device");
    }
    Answers.send(response, board.of(id).json());
  }
}
