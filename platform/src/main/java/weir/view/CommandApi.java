package weir.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.device.DeviceQuery;
import weir.device.DeviceType;
import weir.device.DeviceTypes;
import weir.device.Devices;
import weir.device.Form;
import weir.device.command.Command;
import weir.device.command.Command.State;
import weir.device.command.CommandBook;
import weir.device.command.CommandDesk;
import weir.event.ProblemException;

/// What devices are told to do, under `/api/devices/{id}/commands`.
public final class CommandApi implements HttpService {

  private static final String PATH = "/api/devices/{id}/commands";
  private static final String TYPE_PATH = "/api/device-types/{name}/commands";
  private static final int PAGE_SIZE = 50;
  private static final int WAIT_SECONDS = 5;
  private static final int WAIT_SECONDS_MAX = 30;

  private final CommandDesk desk;
  private final Devices devices;
  private final DeviceTypes types;

  public CommandApi(CommandDesk desk, Devices devices, DeviceTypes types) {
    this.desk = desk;
    this.devices = devices;
    this.types = types;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get(PATH, this::list)
        .post(PATH, this::send)
        .any(PATH, Answers.only("GET, POST"))
        .get(PATH + "/{command}", this::show)
        .any(PATH + "/{command}", Answers.only("GET"))
        .get(TYPE_PATH, this::known)
        .any(TYPE_PATH, Answers.only("GET"));
  }

  private void list(ServerRequest request, ServerResponse response) {
    DeviceId device = device(request);
    QueryForm form = new QueryForm(request);
    State state = form.choice("state", State.class);
    int size = form.number("page_size", 1, DeviceQuery.LIMIT_MAX, PAGE_SIZE);
    Command last = last(device, form);
    form.check();
    List<Command> found = desk.list(device, state, last, size);
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    found.forEach(command -> items.add(command.json()));
    body.put("next_cursor", found.size() == size ? found.getLast().id() : null);
    Answers.send(response, body);
  }

  /// The last command of the page before.
  private @Nullable Command last(DeviceId device, QueryForm form) {
    String cursor = form.text("cursor");
    Optional<Command> last = Optional.ofNullable(cursor).flatMap(id -> desk.find(device, id));
    if (cursor != null && last.isEmpty()) {
      form.wrong("cursor", "is no command of this device");
    }
    return last.orElse(null);
  }

  private void send(ServerRequest request, ServerResponse response) {
    DeviceId device = device(request);
    Form form = new Form(JsonBody.object(request));
    Integer seconds = form.integerOrNull("wait_seconds", 0, WAIT_SECONDS_MAX);
    Command taken = Answers.saved(desk.take(device, form), "device");
    Duration wait = Duration.ofSeconds(seconds == null ? WAIT_SECONDS : seconds);
    Command command = wait.isZero() ? taken : desk.await(taken, wait);
    response.status(Status.CREATED_201);
    response.header(HeaderNames.LOCATION, "/api/devices/" + device + "/commands/" + command.id());
    Answers.send(response, command.json());
  }

  private void show(ServerRequest request, ServerResponse response) {
    DeviceId device = device(request);
    String id = request.path().pathParameters().get("command");
    Command command =
        desk.find(device, id)
            .orElseThrow(() -> ProblemException.notFound("there is no such command"));
    Answers.send(response, command.json());
  }

  private void known(ServerRequest request, ServerResponse response) {
    DeviceType type =
        types
            .find(request.path().pathParameters().get("name"))
            .orElseThrow(() -> ProblemException.notFound("there is no such device type"));
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    CommandBook.of(type).forEach(command -> items.add(command.json()));
    Answers.send(response, body);
  }

  private DeviceId device(ServerRequest request) {
    DeviceId id = DeviceApi.id(request);
    if (devices.find(id).isEmpty()) {
      throw ProblemException.notFound("there is no such device");
    }
    return id;
  }
}
