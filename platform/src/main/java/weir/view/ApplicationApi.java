package weir.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Comparator;
import java.util.List;
import weir.device.Form;
import weir.event.ProblemException;
import weir.subscriber.Application;
import weir.subscriber.Applications;
import weir.subscriber.Endpoints;
import weir.subscriber.SigningSecret;

/// The applications under `/api/applications`. Keys are shown once, when they are made; contact
/// addresses never.
public final class ApplicationApi implements HttpService {

  private static final String PATH = "/api/applications";
  private static final int TYPES_MAX = 200;

  private final Applications applications;
  private final Endpoints endpoints;

  public ApplicationApi(Applications applications, Endpoints endpoints) {
    this.applications = applications;
    this.endpoints = endpoints;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get(PATH, this::list)
        .post(PATH, this::create)
        .any(PATH, Answers.only("GET, POST"))
        .get(PATH + "/by-device-type/{type}", this::listOfType)
        .post(PATH + "/by-device-types", this::listOfTypes)
        .get(PATH + "/{id}", this::show)
        .put(PATH + "/{id}", this::update)
        .patch(PATH + "/{id}", this::update)
        .delete(PATH + "/{id}", this::delete)
        .any(PATH + "/{id}", Answers.only("GET, PUT, PATCH, DELETE"))
        .post(PATH + "/{id}/regenerate-key", this::regenerateKey)
        .any(PATH + "/{id}/regenerate-key", Answers.only("POST"));
  }

  private void list(ServerRequest request, ServerResponse response) {
    QueryForm form = new QueryForm(request);
    String status = form.text("status");
    String platform = form.text("platform");
    String category = form.text("category");
    form.check();
    List<Application> found =
        applications.list().stream()
            .filter(each -> status == null || status.equals(each.status().text()))
            .filter(each -> platform == null || platform.equals(each.platform()))
            .filter(each -> category == null || category.equals(each.category()))
            .toList();
    Answers.send(response, body(found));
  }

  private void listOfType(ServerRequest request, ServerResponse response) {
    String type = request.path().pathParameters().get("type");
    ObjectNode body = body(applications.byDeviceType(type));
    body.put("device_type", type);
    Answers.send(response, body);
  }

  private void listOfTypes(ServerRequest request, ServerResponse response) {
    Form form = new Form(JsonBody.object(request));
    List<String> types = form.texts("device_types", TYPES_MAX);
    if (types.isEmpty()) {
      form.reject("device_types", "must be a list with a device type");
    }
    if (!form.errors().isEmpty()) {
      throw Answers.invalid(form.errors());
    }
    List<Application> found =
        types.stream()
            .flatMap(type -> applications.byDeviceType(type).stream())
            .distinct()
            .sorted(Comparator.comparing(Application::name))
            .toList();
    ObjectNode body = body(found);
    body.set("device_types", JsonBody.JSON.valueToTree(types));
    Answers.send(response, body);
  }

  private void create(ServerRequest request, ServerResponse response) {
    Applications.Registered made =
        Answers.saved(applications.create(JsonBody.object(request)), "application");
    ObjectNode body = message("Application registered", made.application());
    body.put("api_key", made.key());
    SigningSecret secret = made.secret();
    body.put("webhook_secret", secret == null ? null : secret.text());
    response.status(Status.CREATED_201);
    response.header(HeaderNames.LOCATION, PATH + "/" + made.application().id());
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    Answers.send(response, body);
  }

  private void show(ServerRequest request, ServerResponse response) {
    Application application = find(applications, request);
    ObjectNode body = JsonBody.JSON.createObjectNode();
    body.set("application", json(application));
    Answers.send(response, body);
  }

  private void update(ServerRequest request, ServerResponse response) {
    String id = find(applications, request).id();
    Application changed =
        Answers.saved(applications.update(id, JsonBody.object(request)), "application");
    Answers.send(response, message("Application updated", changed));
  }

  private void delete(ServerRequest request, ServerResponse response) {
    String id = find(applications, request).id();
    Application deleted = Answers.saved(applications.delete(id), "application");
    Answers.send(response, message("Application deleted", deleted));
  }

  private void regenerateKey(ServerRequest request, ServerResponse response) {
    String id = find(applications, request).id();
    Applications.Registered made = Answers.saved(applications.regenerateKey(id), "application");
    ObjectNode body = JsonBody.JSON.createObjectNode();
    body.put("message", "The key before is worth nothing from now on");
    body.put("new_api_key", made.key());
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    Answers.send(response, body);
  }

  /// The application that the path names.
  static Application find(Applications applications, ServerRequest request) {
    return applications
        .find(request.path().pathParameters().get("id"))
        .orElseThrow(() -> ProblemException.notFound("there is no such application"));
  }

  private ObjectNode message(String message, Application application) {
    ObjectNode body = JsonBody.JSON.createObjectNode();
    body.put("message", message);
    body.set("application", json(application));
    return body;
  }

  private ObjectNode body(List<Application> found) {
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("applications");
    found.forEach(application -> items.add(json(application)));
    body.put("count", found.size());
    return body;
  }

  private ObjectNode json(Application application) {
    ObjectNode node = JsonBody.JSON.createObjectNode();
    node.put("id", application.id());
    node.put("name", application.name());
    node.put("developer", application.developer());
    node.put("version", application.version());
    node.put("description", application.description());
    node.put("category", application.category());
    node.put("platform", application.platform());
    node.set("devicetypes", JsonBody.JSON.valueToTree(application.deviceTypes()));
    node.put("status", application.status().text());
    String url = endpoints.of(application.id()).map(each -> each.url().toString()).orElse(null);
    node.put("callback_url", url);
    node.put("created_at", application.createdAt().toString());
    node.put("updated_at", application.updatedAt().toString());
    return node;
  }
}
