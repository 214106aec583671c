package weir.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import weir.event.ProblemException;
import weir.subscriber.Application;
import weir.subscriber.Applications;

/// The applications under `/api/applications`, to be read. Keys and contact addresses are never
/// shown.
public final class ApplicationApi implements HttpService {

  private final Applications applications;

  public ApplicationApi(Applications applications) {
    this.applications = applications;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/api/applications", this::list)
        .get("/api/applications/by-device-type/{type}", this::listOfType)
        .get("/api/applications/{id}", this::show);
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

  private void show(ServerRequest request, ServerResponse response) {
    String id = request.path().pathParameters().get("id");
    Application application =
        applications
            .find(id)
            .orElseThrow(() -> ProblemException.notFound("there is no such application"));
    ObjectNode body = JsonBody.JSON.createObjectNode();
    body.set("application", json(application));
    Answers.send(response, body);
  }

  private static ObjectNode body(List<Application> found) {
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("applications");
    found.forEach(application -> items.add(json(application)));
    body.put("count", found.size());
    return body;
  }

  private static ObjectNode json(Application application) {
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
    node.put("created_at", application.createdAt().toString());
    node.put("updated_at", application.updatedAt().toString());
    return node;
  }
}
