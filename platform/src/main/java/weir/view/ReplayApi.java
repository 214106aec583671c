package weir.view;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import weir.device.DeviceId;
import weir.device.FieldError;
import weir.device.Form;
import weir.replay.Replay;
import weir.replay.ReplayReport;
import weir.replay.ReplayRequest;

/// `POST /api/replays`: a time of the raw topic, run through today's decoders. Answers when it is
/// done.
public final class ReplayApi implements HttpService {

  private static final JsonMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
  private static final int NAME_MAX = 40;

  private final Replay replay;

  public ReplayApi(Replay replay) {
    this.replay = replay;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.post("/api/replays", this::run);
  }

  private void run(ServerRequest request, ServerResponse response) {
    ReplayReport report = replay.run(read(JsonBody.object(request)));
    Answers.send(response, JSON.valueToTree(report));
  }

  private static ReplayRequest read(ObjectNode node) {
    Form form = new Form(node);
    Instant from = form.timeOrNull("from");
    Instant to = form.timeOrNull("to");
    List<String> devices = form.texts("devices", DeviceId.LENGTH_MAX);
    String into = Objects.requireNonNullElse(form.textOrNull("into", NAME_MAX), "");
    boolean promote = form.flag("promote", false);
    if (from == null) {
      form.reject("from", "is missing");
    }
    if (to == null) {
      form.reject("to", "is missing");
    }
    if (from != null && to != null && !from.isBefore(to)) {
      form.reject("to", "must be after from");
    }
    if (!into.matches(ReplayRequest.NAME)) {
      form.reject("into", "must be of [a-z0-9-]");
    }
    List<FieldError> errors = form.errors();
    if (!errors.isEmpty() || from == null || to == null) {
      throw Answers.invalid(errors);
    }
    return new ReplayRequest(from, to, Set.copyOf(devices), into, promote);
  }
}
