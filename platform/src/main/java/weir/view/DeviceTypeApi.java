package weir.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import weir.device.DeviceType;
import weir.device.DeviceTypes;
import weir.event.ProblemException;

/// The device types under `/api/device-types`. They are few, so a list holds all of them.
public final class DeviceTypeApi implements HttpService {

  private final DeviceTypes types;

  public DeviceTypeApi(DeviceTypes types) {
    this.types = types;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/api/device-types", this::list)
        .post("/api/device-types", this::create)
        .any("/api/device-types", Answers.only("GET, POST"))
        .get("/api/device-types/{name}", this::show)
        .put("/api/device-types/{name}", this::update)
        .patch("/api/device-types/{name}", this::update)
        .delete("/api/device-types/{name}", this::delete)
        .any("/api/device-types/{name}", Answers.only("GET, PUT, PATCH, DELETE"));
  }

  private void list(ServerRequest request, ServerResponse response) {
    new QueryForm(request).check();
    List<DeviceType> all = types.list();
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    all.forEach(type -> items.add(DeviceTypes.json(type)));
    body.put("total", all.size());
    Answers.send(response, body);
  }

  private void create(ServerRequest request, ServerResponse response) {
    DeviceType type = Answers.saved(types.create(JsonBody.object(request)), "device type");
    String path = "/api/device-types/" + type.name();
    Answers.created(response, path, DeviceTypes.json(type), type.version());
  }

  private void show(ServerRequest request, ServerResponse response) {
    DeviceType type =
        types
            .find(name(request))
            .orElseThrow(() -> ProblemException.notFound("there is no such device type"));
    Answers.send(request, response, DeviceTypes.json(type), type.version());
  }

  private void update(ServerRequest request, ServerResponse response) {
    ObjectNode patch = JsonBody.object(request);
    DeviceType type =
        Answers.saved(
            types.update(name(request), patch, Answers.precondition(request)), "device type");
    Answers.send(request, response, DeviceTypes.json(type), type.version());
  }

  private void delete(ServerRequest request, ServerResponse response) {
    Answers.saved(types.delete(name(request), Answers.precondition(request)), "device type");
    response.status(Status.NO_CONTENT_204).send();
  }

  private static String name(ServerRequest request) {
    return request.path().pathParameters().get("name");
  }
}
