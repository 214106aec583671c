package weir.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Optional;
import weir.device.Device;
import weir.device.DeviceQuery;
import weir.device.Devices;
import weir.device.Owner;
import weir.device.Owners;
import weir.event.ProblemException;

/// Whose devices are, under `/api/owners` and `/api/devices/{id}/owner`.
public final class OwnerApi implements HttpService {

  private static final String PATH = "/api/owners";
  private static final int PAGE_SIZE = 50;
  private static final int PAGE_MAX = 1_000_000;

  private final Owners owners;
  private final Devices devices;

  public OwnerApi(Owners owners, Devices devices) {
    this.owners = owners;
    this.devices = devices;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get(PATH, this::list)
        .post(PATH, this::create)
        .any(PATH, Answers.only("GET, POST"))
        .get(PATH + "/{id}", this::show)
        .put(PATH + "/{id}", this::update)
        .patch(PATH + "/{id}", this::update)
        .delete(PATH + "/{id}", this::delete)
        .any(PATH + "/{id}", Answers.only("GET, PUT, PATCH, DELETE"))
        .get("/api/devices/{id}/owner", this::showOwner)
        .any("/api/devices/{id}/owner", Answers.only("GET"));
  }

  private void list(ServerRequest request, ServerResponse response) {
    QueryForm form = new QueryForm(request);
    int page = form.number("page", 1, PAGE_MAX, 1);
    int size = form.number("page_size", 1, DeviceQuery.LIMIT_MAX, PAGE_SIZE);
    String text = form.text("q");
    String cursor = form.text("cursor");
    form.check();
    long offset = cursor == null ? (page - 1L) * size : 0;
    List<Owner> found = owners.list(new Owners.Page(text, cursor, offset, size));
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    found.forEach(owner -> items.add(Owners.json(owner)));
    body.put("total", owners.count(text));
    body.put("page", cursor == null ? page : null);
    body.put("page_size", size);
    body.put("next_cursor", found.size() == size ? found.getLast().id() : null);
    Answers.send(response, body);
  }

  private void create(ServerRequest request, ServerResponse response) {
    Owner owner = Answers.saved(owners.create(JsonBody.object(request)), "owner");
    response.status(Status.CREATED_201);
    response.header(HeaderNames.LOCATION, PATH + "/" + owner.id());
    Answers.send(response, Owners.json(owner));
  }

  private void show(ServerRequest request, ServerResponse response) {
    Answers.send(response, Owners.json(owners.find(id(request)).orElseThrow(OwnerApi::missing)));
  }

  private void update(ServerRequest request, ServerResponse response) {
    ObjectNode patch = JsonBody.object(request);
    Owner owner = Answers.saved(owners.update(id(request), patch), "owner");
    Answers.send(response, Owners.json(owner));
  }

  private void delete(ServerRequest request, ServerResponse response) {
    Answers.saved(owners.delete(id(request)), "owner");
    response.status(Status.NO_CONTENT_204).send();
  }

  private void showOwner(ServerRequest request, ServerResponse response) {
    Device device =
        devices
            .find(DeviceApi.id(request))
            .orElseThrow(() -> ProblemException.notFound("there is no such device"));
    Owner owner =
        Optional.ofNullable(device.owner()).flatMap(owners::find).orElseThrow(OwnerApi::missing);
    Answers.send(response, Owners.json(owner));
  }

  private static String id(ServerRequest request) {
    return request.path().pathParameters().get("id");
  }

  private static ProblemException missing() {
    return ProblemException.notFound("there is no such owner");
  }
}
