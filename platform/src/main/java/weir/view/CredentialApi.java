package weir.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import weir.device.Credentials;
import weir.device.DeviceId;
import weir.device.Devices;
import weir.event.ProblemException;

/// The credentials of a device under `/api/devices/{id}/credentials`. A token is in the answer that
/// issues it and nowhere else.
public final class CredentialApi implements HttpService {

  private static final String PATH = "/api/devices/{id}/credentials";

  private final Devices devices;
  private final Credentials credentials;

  public CredentialApi(Devices devices, Credentials credentials) {
    this.devices = devices;
    this.credentials = credentials;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get(PATH, this::list)
        .post(PATH, this::issue)
        .any(PATH, Answers.only("GET, POST"))
        .delete(PATH + "/{credential}", this::revoke)
        .any(PATH + "/{credential}", Answers.only("DELETE"));
  }

  private void list(ServerRequest request, ServerResponse response) {
    DeviceId device = DeviceApi.id(request);
    if (devices.find(device).isEmpty()) {
      throw ProblemException.notFound("there is no such device");
    }
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    credentials.list(device).forEach(each -> items.add(Credentials.json(each)));
    Answers.send(response, body);
  }

  private void issue(ServerRequest request, ServerResponse response) {
    DeviceId device = DeviceApi.id(request);
    ObjectNode form =
        request.content().hasEntity() ? JsonBody.object(request) : JsonBody.JSON.createObjectNode();
    Credentials.Issued issued = Answers.saved(credentials.issue(device, form), "device");
    ObjectNode body = Credentials.json(issued.credential());
    body.put("user_name", device.value());
    body.put("token", issued.token());
    response.status(Status.CREATED_201);
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    Answers.send(response, body);
  }

  private void revoke(ServerRequest request, ServerResponse response) {
    String id = request.path().pathParameters().get("credential");
    Answers.saved(credentials.revoke(DeviceApi.id(request), id), "credential");
    response.status(Status.NO_CONTENT_204).send();
  }
}
