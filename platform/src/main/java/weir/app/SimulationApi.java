package weir.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import weir.device.FieldError;
import weir.device.Form;
import weir.event.ProblemException;
import weir.fleet.AnomalyShown;
import weir.fleet.AnomalyWish;
import weir.fleet.FaultRates;
import weir.fleet.FleetStatus;
import weir.fleet.Grade;
import weir.fleet.MirrorStatus;
import weir.fleet.Mix;
import weir.fleet.OverException;
import weir.fleet.Scenario;
import weir.fleet.SimulatedDevice;
import weir.view.Answers;
import weir.view.JsonBody;
import weir.view.QueryForm;

/// The simulator inside the platform, under `/api/simulation`.
final class SimulationApi implements HttpService {

  private static final String PATH = "/api/simulation";
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
        .any(PATH, Answers.only("GET, PATCH"))
        .post(PATH + "/start", this::start)
        .any(PATH + "/start", Answers.only("POST"))
        .post(PATH + "/stop", this::stop)
        .any(PATH + "/stop", Answers.only("POST"))
        .get(PATH + "/devices", this::devices)
        .any(PATH + "/devices", Answers.only("GET"))
        .get(PATH + "/anomalies", this::anomalies)
        .post(PATH + "/anomalies", this::trigger)
        .delete(PATH + "/anomalies", this::clear)
        .any(PATH + "/anomalies", Answers.only("GET, POST, DELETE"));
  }

  private Simulation simulation() {
    return simulation
        .get()
        .orElseThrow(() -> ProblemException.of(503, "Not ready", "the simulator is not there yet"));
  }

  private void hurry(double speed) {
    Simulation.Run run =
        simulation()
            .run()
            .orElseThrow(() -> ProblemException.of(409, "Conflict", "no simulation runs"));
    try {
      run.fleet().speed(speed);
    } catch (OverException over) {
      throw isOver();
    }
  }

  private void show(ServerResponse response, Status status) {
    Simulation now = simulation();
    Optional<Simulation.Run> run = now.run();
    FleetStatus fleet = run.map(one -> one.fleet().status()).orElse(null);
    ObjectNode body = JsonBody.JSON.createObjectNode();
    body.put("state", state(now, fleet == null || fleet.running()));
    body.put("name", run.map(Simulation.Run::name).orElse(null));
    body.put("started_at", run.map(one -> one.startedAt().toString()).orElse(null));
    body.put("time", fleet == null ? null : fleet.time().toString());
    body.put("speed", run.map(one -> one.fleet().speed()).orElse(1.0));
    body.set("families", run.map(one -> json(one.fleet().mix())).orElse(null));
    body.set("faults", run.map(one -> json(one.fleet().faults())).orElse(null));
    body.put("devices", fleet == null ? 0 : fleet.devices());
    body.put("connected", fleet == null ? 0 : fleet.connected());
    body.put("sent", fleet == null ? 0 : fleet.sent());
    body.put("acknowledged", fleet == null ? 0 : fleet.acknowledged());
    body.put("refused", fleet == null ? 0 : fleet.refused());
    body.put("discarded", fleet == null ? 0 : fleet.discarded());
    body.put("outstanding", fleet == null ? 0 : fleet.outstanding());
    body.put("publish_to_ack_ms_p50", fleet == null ? 0 : fleet.publishToAckMillisP50());
    body.put("publish_to_ack_ms_p99", fleet == null ? 0 : fleet.publishToAckMillisP99());
    body.put("active_anomalies", now.anomalies().size());
    mirrors(body.putObject("mirrors"), now.mirrors());
    body.set("last_grade", now.lastGrade().map(SimulationApi::json).orElse(null));
    response.status(status);
    Answers.send(response, body);
  }

  private static String state(Simulation now, boolean going) {
    if (now.run().isEmpty()) {
      return "stopped";
    }
    return now.isGrading() ? "grading" : going ? "running" : "ended";
  }

  /// By the names that a scenario has for them.
  private static ObjectNode json(Mix mix) {
    return JsonBody.JSON
        .createObjectNode()
        .put("breakers", mix.breakers())
        .put("meters", mix.smartMeters())
        .put("environmental", mix.environmentalSensors())
        .put("appliances", mix.appliances())
        .put("energy", mix.energyDevices())
        .put("controllers", mix.controllers())
        .put("sensors", mix.httpSensors())
        .put("uncovered", mix.uncovered());
  }

  private static ObjectNode json(FaultRates faults) {
    return JsonBody.JSON
        .createObjectNode()
        .put("drop_outs", faults.dropOuts())
        .put("duplicates", faults.duplicates())
        .put("late", faults.late())
        .put("shuffled", faults.shuffled())
        .put("malformed", faults.malformed())
        .put("drifting", faults.drifting())
        .put("storms", faults.storms());
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
      return JsonBody.JSON.readTree(grade.toJson());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a grade is not JSON", e);
    }
  }

  private void change(ServerRequest request, ServerResponse response) {
    Form form = new Form(JsonBody.object(request));
    boolean faster = form.value("speed") != null;
    double speed = ScenarioForm.speed(form, 1);
    boolean mirroring = form.value("mirror") != null;
    boolean mirror = form.flag("mirror", false);
    refuse(form.errors());
    if (faster) {
      hurry(speed);
    }
    if (mirroring) {
      simulation().mirror(mirror);
    }
    show(response, Status.OK_200);
  }

  private void start(ServerRequest request, ServerResponse response) {
    ScenarioForm form = new ScenarioForm();
    Scenario scenario =
        form.scenario(
            JsonBody.objectOrEmpty(request),
            simulation().target(),
            clock.instant(),
            FaultRates.none());
    refuse(form.errors());
    if (!simulation().start(scenario)) {
      boolean over = simulation().run().filter(run -> !run.fleet().status().running()).isPresent();
      String why = "the last run is over; stop it to get its grade";
      throw ProblemException.of(409, "Conflict", over ? why : "a simulation runs already");
    }
    show(response, Status.CREATED_201);
  }

  private void stop(ServerRequest request, ServerResponse response) {
    try {
      Grade grade =
          simulation()
              .stop()
              .orElseThrow(() -> ProblemException.of(409, "Conflict", "no simulation runs"));
      Answers.send(response, json(grade));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProblemException.of(503, "Interrupted", "the platform stops");
    }
  }

  private void devices(ServerRequest request, ServerResponse response) {
    QueryForm form = new QueryForm(request);
    String cursor = form.text("cursor");
    int size = form.number("page_size", 1, PAGE_SIZE_MAX, PAGE_SIZE);
    form.check();
    String after = cursor == null ? "" : cursor;
    List<SimulatedDevice> all = simulation().devices();
    List<SimulatedDevice> page =
        all.stream().filter(one -> one.id().compareTo(after) > 0).limit(size).toList();
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    page.forEach(one -> items.add(json(one)));
    body.put("total", all.size());
    body.put("next_cursor", page.size() == size ? page.getLast().id() : null);
    Answers.send(response, body);
  }

  private static ObjectNode json(SimulatedDevice device) {
    ObjectNode node = JsonBody.JSON.createObjectNode();
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
    ObjectNode body = JsonBody.JSON.createObjectNode();
    ArrayNode items = body.putArray("items");
    simulation().anomalies().forEach(one -> items.add(json(one)));
    Answers.send(response, body);
  }

  private void trigger(ServerRequest request, ServerResponse response) {
    ScenarioForm form = new ScenarioForm();
    AnomalyWish wish = form.anomaly(JsonBody.objectOrEmpty(request));
    refuse(form.errors());
    Simulation now = simulation();
    try {
      AnomalyShown begun = now.trigger(wish).orElseThrow(() -> refusal(now, wish.device()));
      response.status(Status.CREATED_201);
      Answers.send(response, json(begun));
    } catch (OverException over) {
      throw isOver();
    }
  }

  private static ProblemException isOver() {
    return ProblemException.of(409, "Conflict", "the simulation is over");
  }

  /// Why a device cannot be told to misbehave.
  private static ProblemException refusal(Simulation now, @Nullable String device) {
    if (device == null) {
      return ProblemException.of(409, "Conflict", "no energy device is simulated now");
    }
    Optional<SimulatedDevice> known =
        now.devices().stream().filter(one -> one.id().equals(device)).findFirst();
    if (known.isEmpty()) {
      return ProblemException.notFound("there is no simulated device " + device);
    }
    return known.get().family().equals("energy")
        ? isOver()
        : ProblemException.invalid(
            "device_id", "is of the family " + known.get().family() + ", which knows no anomalies");
  }

  private static ObjectNode json(AnomalyShown shown) {
    ObjectNode node = JsonBody.JSON.createObjectNode();
    node.put("device_id", shown.device());
    node.put("anomaly_type", shown.anomaly().kind().label());
    node.put("duration", shown.anomaly().readings());
    node.put("remaining", shown.remaining());
    node.put("power_multiplier", shown.anomaly().power());
    return node;
  }

  private void clear(ServerRequest request, ServerResponse response) {
    Answers.send(
        response,
        JsonBody.JSON.createObjectNode().put("cleared_anomalies", simulation().clearAnomalies()));
  }

  private static void refuse(List<FieldError> errors) {
    if (!errors.isEmpty()) {
      throw Answers.invalid(errors);
    }
  }
}
