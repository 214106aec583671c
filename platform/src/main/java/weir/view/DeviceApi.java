package weir.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import weir.device.Device;
import weir.device.DeviceId;
import weir.device.DeviceQuery;
import weir.device.Devices;
import weir.event.ProblemException;

/// The registered devices under `/api/devices`.
public final class DeviceApi implements HttpService {

  private static final int PAGE_SIZE = 50;
  private static final int PAGE_MAX = 1_000_000;

  private final Devices devices;

  public DeviceApi(Devices devices) {
    this.devices = devices;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/api/devices", this::list)
        .post("/api/devices", this::create)
        .any("/api/devices", Answers.only("GET, POST"))
        .get("/api/devices/{id}", this::show)
        .put("/api/devices/{id}", this::update)
        .patch("/api/devices/{id}", this::update)
        .delete("/api/devices/{id}", this::delete)
        .any("/api/devices/{id}", Answers.only("GET, PUT, PATCH, DELETE"));
  }

  private void list(ServerRequest request, ServerResponse response) {
    QueryForm form = new QueryForm(request);
    int page = form.number("page", 1, PAGE_MAX, 1);
    int size = form.number("page_size", 1, DeviceQuery.LIMIT_MAX, PAGE_SIZE);
    String cursor = form.text("cursor");
    DeviceQuery query =
        new DeviceQuery(
            form.text("type"),
            form.text("q"),
            form.flag("enabled"),
            cursor,
            cursor == null ? (page - 1L) * size : 0,
            size);
    form.check();
    List<Device> found = devices.list(query);
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    found.forEach(device -> items.add(Devices.json(device)));
    body.put("total", devices.count(query));
    body.put("page", cursor == null ? page : null);
    body.put("page_size", size);
    body.put("next_cursor", found.size() == size ? found.getLast().id().value() : null);
    Answers.send(response, body);
  }

  private void create(ServerRequest request, ServerResponse response) {
    Device device = Answers.saved(devices.create(JsonBody.object(request)), "device");
    String path = "/api/devices/" + device.id();
    Answers.created(response, path, Devices.json(device), device.version());
  }

  private void show(ServerRequest request, ServerResponse response) {
    Device device = devices.find(id(request)).orElseThrow(DeviceApi::missing);
    Answers.send(request, response, Devices.json(device), device.version());
  }

  private void update(ServerRequest request, ServerResponse response) {
    DeviceId id = id(request);
    ObjectNode patch = JsonBody.object(request);
    Device device =
        Answers.saved(devices.update(id, patch, Answers.precondition(request)), "device");
    Answers.send(request, response, Devices.json(device), device.version());
  }

  private void delete(ServerRequest request, ServerResponse response) {
    Answers.saved(devices.delete(id(request), Answers.precondition(request)), "device");
    response.status(Status.NO_CONTENT_204).send();
  }

  /// The device that the path names; a text that cannot be an id names none.
  static DeviceId id(ServerRequest request) {
    return DeviceId.parse(request.path().pathParameters().get("id"))
        .orElseThrow(DeviceApi::missing);
  }

  private static ProblemException missing() {
    return ProblemException.notFound("there is no such device");
  }
}
