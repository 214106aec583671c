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
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.device.DeviceQuery;
import weir.device.DeviceType;
import weir.device.DeviceTypes;
import weir.device.Devices;
import weir.device.FieldError;
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
    State state = state(form);
    int size = form.number("page_size", 1, DeviceQuery.LIMIT_MAX, PAGE_SIZE);
    String cursor = form.text("cursor");
    form.check();
    List<Command> found = desk.list(device, state, cursor, size);
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    found.forEach(command -> items.add(command.json()));
    body.put("next_cursor", found.size() == size ? found.getLast().id() : null);
    Answers.send(response, body);
  }

  private static @Nullable State state(QueryForm form) {
    String text = form.text("state");
    if (text == null) {
      return null;
    }
    try {
      return State.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      form.wrong("state", "must be queued, sent, acknowledged, failed or expired");
      return null;
    }
  }

  private void send(ServerRequest request, ServerResponse response) {
    DeviceId device = device(request);
    ObjectNode form = JsonBody.object(request);
    Duration wait = wait(form);
    Command taken = Answers.saved(desk.take(device, form), "device");
    Command command = wait.isZero() ? taken : desk.await(taken, wait);
    response.status(Status.CREATED_201);
    response.header(HeaderNames.LOCATION, "/api/devices/" + device + "/commands/" + command.id());
    Answers.send(response, command.json());
  }

  private static Duration wait(ObjectNode form) {
    if (!form.hasNonNull("wait_seconds")) {
      return Duration.ofSeconds(WAIT_SECONDS);
    }
    int seconds = form.path("wait_seconds").isInt() ? form.path("wait_seconds").intValue() : -1;
    if (seconds < 0 || seconds > WAIT_SECONDS_MAX) {
      throw Answers.invalid(
          List.of(
              new FieldError(
                  "wait_seconds", "must be a whole number from 0 to " + WAIT_SECONDS_MAX)));
    }
    return Duration.ofSeconds(seconds);
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
