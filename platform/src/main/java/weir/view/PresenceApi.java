package weir.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weir.device.Device;
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
  private static final int LOOKED_AT_MAX = 20_000;

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
    String type = form.text("type");
    String text = form.text("q");
    List<DeviceId> named = named(request, form);
    form.check();
    Page page;
    if (!named.isEmpty()) {
      page = new Page(named.stream().map(board::of).toList(), null);
    } else if (type == null && text == null) {
      List<DeviceState> found = board.list(state, cursor, size);
      page = new Page(found, found.size() == size ? found.getLast().device().value() : null);
    } else {
      page = matching(state, type, text, cursor, size);
    }
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    page.items().forEach(one -> items.add(one.json()));
    ObjectNode counts = body.putObject("counts");
    Map<State, Long> known = board.counts();
    for (State each : State.values()) {
      counts.put(each.text(), known.getOrDefault(each, 0L));
    }
    body.put("next_cursor", page.next());
    Answers.send(response, body);
  }

  /// @param next the last device that was looked at; null when there are no more
  private record Page(List<DeviceState> items, @Nullable String next) {}

  /// Those in a state among the devices that match; looks at [#LOOKED_AT_MAX] at most.
  private Page matching(
      @Nullable State state,
      @Nullable String type,
      @Nullable String text,
      @Nullable String cursor,
      int size) {
    List<DeviceState> found = new ArrayList<>();
    String after = cursor;
    for (int looked = 0; looked < LOOKED_AT_MAX; looked += DeviceQuery.LIMIT_MAX) {
      List<Device> some =
          devices.list(new DeviceQuery(type, text, null, after, 0, DeviceQuery.LIMIT_MAX));
      for (Device device : some) {
        after = device.id().value();
        DeviceState shown = board.of(device.id());
        if (state == null || shown.state() == state) {
          found.add(shown);
          if (found.size() == size) {
            return new Page(found, after);
          }
        }
      }
      if (some.size() < DeviceQuery.LIMIT_MAX) {
        return new Page(found, null);
      }
    }
    return new Page(found, after);
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
