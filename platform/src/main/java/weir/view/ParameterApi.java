package weir.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.device.DecodingParameter;
import weir.device.DecodingParameters;
import weir.device.DeviceId;
import weir.event.ProblemException;

/// The decoding parameters under `/api/decoding-parameters`.
public final class ParameterApi implements HttpService {

  private static final int PAGE_SIZE = 100;
  private static final int PAGE_SIZE_MAX = 1_000;
  private static final String WHAT = "decoding parameter";

  private final DecodingParameters parameters;

  public ParameterApi(DecodingParameters parameters) {
    this.parameters = parameters;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/api/decoding-parameters", this::list)
        .post("/api/decoding-parameters", this::create)
        .any("/api/decoding-parameters", Answers.only("GET, POST"))
        .get("/api/decoding-parameters/{id}", this::show)
        .put("/api/decoding-parameters/{id}", this::update)
        .patch("/api/decoding-parameters/{id}", this::update)
        .delete("/api/decoding-parameters/{id}", this::delete)
        .any("/api/decoding-parameters/{id}", Answers.only("GET, PUT, PATCH, DELETE"));
  }

  private void list(ServerRequest request, ServerResponse response) {
    QueryForm form = new QueryForm(request);
    String device = form.text("device");
    int size = form.number("page_size", 1, PAGE_SIZE_MAX, PAGE_SIZE);
    int cursor = form.number("cursor", 0, Integer.MAX_VALUE, 0);
    form.check();
    List<DecodingParameter> found = find(device, cursor, size);
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    found.forEach(parameter -> items.add(DecodingParameters.json(parameter)));
    boolean more = found.size() == size;
    body.put("next_cursor", more ? Long.toString(found.getLast().id()) : null);
    Answers.send(response, body);
  }

  private List<DecodingParameter> find(@Nullable String device, int after, int max) {
    if (device == null) {
      return parameters.list(after, max);
    }
    return DeviceId.parse(device).map(id -> parameters.list(id, after, max)).orElse(List.of());
  }

  private void create(ServerRequest request, ServerResponse response) {
    DecodingParameter parameter = Answers.saved(parameters.create(JsonBody.object(request)), WHAT);
    String path = "/api/decoding-parameters/" + parameter.id();
    Answers.created(response, path, DecodingParameters.json(parameter), parameter.version());
  }

  private void show(ServerRequest request, ServerResponse response) {
    DecodingParameter parameter = parameters.find(id(request)).orElseThrow(ParameterApi::missing);
    Answers.send(request, response, DecodingParameters.json(parameter), parameter.version());
  }

  private void update(ServerRequest request, ServerResponse response) {
    long id = id(request);
    ObjectNode patch = JsonBody.object(request);
    DecodingParameter parameter =
        Answers.saved(parameters.update(id, patch, Answers.precondition(request)), WHAT);
    Answers.send(request, response, DecodingParameters.json(parameter), parameter.version());
  }

  private void delete(ServerRequest request, ServerResponse response) {
    Answers.saved(parameters.delete(id(request), Answers.precondition(request)), WHAT);
    response.status(Status.NO_CONTENT_204).send();
  }

  private static long id(ServerRequest request) {
    String text = request.path().pathParameters().get("id");
    if (!text.matches("[0-9]{1,18}")) {
      throw missing();
    }
    return Long.parseLong(text);
  }

  private static ProblemException missing() {
    return ProblemException.notFound("there is no such " + WHAT);
  }
}
