package weir.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import weir.device.FieldError;
import weir.device.Form;
import weir.event.Problem;
import weir.event.ProblemException;
import weir.fleet.AnomalyShown;
import weir.fleet.AnomalyWish;
import weir.fleet.Fleet;
import weir.fleet.FleetStatus;
import weir.fleet.Grade;
import weir.fleet.MirrorStatus;
import weir.fleet.Scenario;
import weir.fleet.SimulatedDevice;

/// The simulator inside the platform, under `/api/simulation`.
final class SimulationApi implements HttpService {

  private static final String PATH = "/api/simulation";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BODY_BYTES_MAX = 256 * 1024;
  private static final int PAGE_SIZE = 50;
  private static final int PAGE_SIZE_MAX = 1_000;

  private final Supplier<Optional<Simulation>> simulation;
  private final InstantSource clock;

  /// @param simulation empty until the doors are open
  SimulationApi(Supplier<Optional<Simulation>> simulation, InstantSource clock) {
    this.simulation = simulation;
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get(PATH, (request, response) -> show(response, Status.OK_200))
        .patch(PATH, this::change)
        .post(PATH + "/start", this::start)
        .post(PATH + "/stop", this::stop)
        .get(PATH + "/devices", this::devices)
        .get(PATH + "/anomalies", this::anomalies)
        .post(PATH + "/anomalies", this::trigger)
        .delete(PATH + "/anomalies", this::clear);
  }

  private Simulation simulation() {
    return simulation
        .get()
        .orElseThrow(() -> ProblemException.of(503, "Not ready", "the simulator is not there yet"));
  }

  private Fleet fleet() {
    return simulation()
        .run()
        .map(Simulation.Run::fleet)
        .orElseThrow(() -> ProblemException.of(409, "Conflict", "no simulation runs"));
  }

  private void show(ServerResponse response, Status status) {
    Simulation now = simulation();
    Optional<Simulation.Run> run = now.run();
    FleetStatus fleet = run.map(one -> one.fleet().status()).orElse(null);
    ObjectNode body = JSON.createObjectNode();
    body.put("state", state(now, fleet == null || fleet.running()));
    body.put("name", run.map(Simulation.Run::name).orElse(null));
    body.put("started_at", run.map(one -> one.startedAt().toString()).orElse(null));
    body.put("time", fleet == null ? null : fleet.time().toString());
    body.put("speed", run.map(one -> one.fleet().speed()).orElse(1.0));
    body.put("devices", fleet == null ? 0 : fleet.devices());
    body.put("connected", fleet == null ? 0 : fleet.connected());
    body.put("sent", fleet == null ? 0 : fleet.sent());
    body.put("acknowledged", fleet == null ? 0 : fleet.acknowledged());
    body.put("refused", fleet == null ? 0 : fleet.refused());
    body.put("discarded", fleet == null ? 0 : fleet.discarded());
    body.put("outstanding", fleet == null ? 0 : fleet.outstanding());
    body.put("publish_to_ack_ms_p50", fleet == null ? 0 : fleet.publishToAckMillisP50());
    body.put("publish_to_ack_ms_p99", fleet == null ? 0 : fleet.publishToAckMillisP99());
    body.put("active_anomalies", run.map(one -> one.fleet().anomalies().size()).orElse(0));
    mirrors(body.putObject("mirrors"), now.mirrors());
    body.set("last_grade", now.lastGrade().map(SimulationApi::json).orElse(null));
    response.status(status);
    send(response, body);
  }

  private static String state(Simulation now, boolean going) {
    if (now.run().isEmpty()) {
      return "stopped";
    }
    return now.isGrading() ? "grading" : going ? "running" : "ended";
  }

  private static void mirrors(ObjectNode node, Optional<MirrorStatus> mirrors) {
    MirrorStatus status = mirrors.orElse(MirrorStatus.NONE);
    node.put("enabled", mirrors.isPresent());
    node.put("devices", status.devices());
    node.put("connected", status.connected() ? status.devices() : 0);
    node.put("sent", status.sent());
    node.put("acknowledged", status.acknowledged());
  }

  private static JsonNode json(Grade grade) {
    try {
      return JSON.readTree(grade.toJson());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a grade is not JSON", e);
    }
  }

  private void change(ServerRequest request, ServerResponse response) {
    Form form = new Form(body(request));
    boolean faster = form.value("speed") != null;
    double speed = ScenarioForm.speed(form, 1);
    boolean mirroring = form.value("mirror") != null;
    boolean mirror = form.flag("mirror", false);
    refuse(form.errors());
    if (faster) {
      fleet().speed(speed);
    }
    if (mirroring) {
      simulation().mirror(mirror);
    }
    show(response, Status.OK_200);
  }

  private void start(ServerRequest request, ServerResponse response) {
    ScenarioForm form = new ScenarioForm();
    Scenario scenario = form.scenario(body(request), simulation().target(), clock.instant());
    refuse(form.errors());
    if (!simulation().start(scenario)) {
      throw ProblemException.of(409, "Conflict", "a simulation runs already");
    }
    show(response, Status.CREATED_201);
  }

  private void stop(ServerRequest request, ServerResponse response) {
    try {
      Grade grade =
          simulation()
              .stop()
              .orElseThrow(() -> ProblemException.of(409, "Conflict", "no simulation runs"));
      send(response, json(grade));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProblemException.of(503, "Interrupted", "the platform stops");
    }
  }

  private void devices(ServerRequest request, ServerResponse response) {
    String after = request.query().first("cursor").orElse("");
    int size = size(request.query().first("page_size").orElse(""));
    List<SimulatedDevice> all = simulation().devices();
    List<SimulatedDevice> page =
        all.stream().filter(one -> one.id().compareTo(after) > 0).limit(size).toList();
    ObjectNode body = JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    page.forEach(one -> items.add(json(one)));
    body.put("total", all.size());
    body.put("next_cursor", page.size() == size ? page.getLast().id() : null);
    send(response, body);
  }

  private static int size(String text) {
    if (text.isEmpty()) {
      return PAGE_SIZE;
    }
    int size = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
    if (size < 1 || size > PAGE_SIZE_MAX) {
      throw ProblemException.invalid("page_size", "must be 1 to " + PAGE_SIZE_MAX);
    }
    return size;
  }

  private static ObjectNode json(SimulatedDevice device) {
    ObjectNode node = JSON.createObjectNode();
    node.put("id", device.id());
    node.put("name", device.name());
    node.put("location", device.location());
    node.put("family", device.family());
    node.put("connected", device.connected());
    node.put("mirror_of", device.mirrorOf());
    node.put("enabled", device.enabled());
    node.put("online", device.online());
    node.put("anomaly", device.anomaly());
    return node;
  }

  private void anomalies(ServerRequest request, ServerResponse response) {
    ObjectNode body = JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    simulation()
        .run()
        .ifPresent(run -> run.fleet().anomalies().forEach(one -> items.add(json(one))));
    send(response, body);
  }

  private void trigger(ServerRequest request, ServerResponse response) {
    ScenarioForm form = new ScenarioForm();
    AnomalyWish wish = form.anomaly(body(request));
    refuse(form.errors());
    AnomalyShown begun =
        fleet()
            .trigger(wish)
            .orElseThrow(() -> ProblemException.notFound("there is no such energy device"));
    response.status(Status.CREATED_201);
    send(response, json(begun));
  }

  private static ObjectNode json(AnomalyShown shown) {
    ObjectNode node = JSON.createObjectNode();
    node.put("device_id", shown.device());
    node.put("anomaly_type", shown.anomaly().kind().label());
    node.put("duration", shown.anomaly().readings());
    node.put("remaining", shown.remaining());
    node.put("power_multiplier", shown.anomaly().power());
    return node;
  }

  private void clear(ServerRequest request, ServerResponse response) {
    send(response, JSON.createObjectNode().put("cleared_anomalies", fleet().clearAnomalies()));
  }

  private static void refuse(List<FieldError> errors) {
    if (!errors.isEmpty()) {
      throw new ProblemException(
          Problem.invalid(
              errors.stream()
                  .map(error -> new Problem.Field(error.field(), error.detail()))
                  .toList()));
    }
  }

  /// The body as an object; an empty one when there is none.
  private static ObjectNode body(ServerRequest request) {
    if (!request.content().hasEntity()) {
      return JSON.createObjectNode();
    }
    try (InputStream in = request.content().inputStream()) {
      byte[] bytes = in.readNBytes(BODY_BYTES_MAX + 1);
      if (bytes.length > BODY_BYTES_MAX) {
        throw ProblemException.of(413, "Too large", "the body is longer than 256 KB");
      }
      if (bytes.length > 0 && JSON.readTree(bytes) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw ProblemException.of(400, "Unreadable body", "not JSON");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw ProblemException.of(400, "Unreadable body", "the body must be a JSON object");
  }

  private static void send(ServerResponse response, JsonNode body) {
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(body.toString());
  }
}
