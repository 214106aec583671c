package weir.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import weir.device.DeviceId;
import weir.device.FieldError;
import weir.device.Form;
import weir.fleet.AnomalyWish;
import weir.fleet.FaultRates;
import weir.fleet.FleetSettings;
import weir.fleet.Mix;
import weir.fleet.Scenario;
import weir.fleet.Target;
import weir.fleet.Tempo;
import weir.fleet.model.Anomaly;

/// Reads scenarios and anomalies that are asked for, from a file or a request, and notes everything
/// that is wrong with them. Owned by one thread.
public final class ScenarioForm {

  static final double SPEED_MAX = 1_000;

  private static final Duration DRIFT = Duration.ofMinutes(2);

  private final List<FieldError> errors = new ArrayList<>();

  /// Everything that is wrong, once something was read.
  public List<FieldError> errors() {
    return List.copyOf(errors);
  }

  /// A scenario; what it does not name is as in the demo. To be used when there are no errors.
  ///
  /// @param usual the faults that it does not name
  public Scenario scenario(ObjectNode node, Target target, Instant now, FaultRates usual) {
    Form form = new Form(node);
    String name = form.text("name", 100, "simulation");
    Mix mix = object(form, "families").map(this::mix).orElse(Mix.demo());
    FaultRates faults =
        object(form, "faults").map(rates -> faults("faults", rates, usual)).orElse(usual);
    List<Scenario.Phase> phases = phases(form);
    Integer seed = form.integerOrNull("seed", 0, Integer.MAX_VALUE);
    double speed = speed(form, 1);
    Duration length = duration(form, "duration", Tempo.FOREVER);
    Duration settle = duration(form, "settle", Duration.ofSeconds(20));
    ZoneId zone = zone(form);
    errors.addAll(form.errors());
    FleetSettings settings =
        tried(
                "scenario",
                () ->
                    new FleetSettings(
                        mix,
                        Tempo.compressed(seed == null ? 1 : seed, now, length, speed),
                        faults,
                        target,
                        zone,
                        settle))
            .orElseGet(() -> FleetSettings.demo(target, now));
    checkDevices(phases, mix);
    return tried("phases", () -> new Scenario(name, settings, phases))
        .orElseGet(() -> new Scenario(name, settings, List.of()));
  }

  private void checkDevices(List<Scenario.Phase> phases, Mix mix) {
    for (int i = 0; i < phases.size(); i++) {
      AnomalyWish wish = phases.get(i).anomaly();
      String device = wish == null ? null : wish.device();
      if (device != null && !mix.hasEnergyDevice(device)) {
        String field = "phases[" + i + "].anomaly.device_id";
        errors.add(new FieldError(field, "is no energy device of this fleet"));
      }
    }
  }

  /// Kinds that are not named have no devices, unless none is named at all.
  private Mix mix(ObjectNode node) {
    Form form = new Form(node);
    List<String> kinds =
        List.of(
            "breakers",
            "meters",
            "environmental",
            "appliances",
            "energy",
            "controllers",
            "sensors");
    int[] counts = new int[kinds.size()];
    Arrays.setAll(counts, i -> count(form, kinds.get(i)));
    boolean uncovered = form.flag("uncovered", false);
    add("families", form.errors());
    if (kinds.stream().allMatch(kind -> form.value(kind) == null)) {
      return Mix.demo().withUncovered(uncovered);
    }
    return tried(
            "families",
            () ->
                new Mix(
                    counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6],
                    uncovered))
        .orElse(Mix.none());
  }

  private static int count(Form form, String kind) {
    int most = kind.equals("controllers") ? Mix.CONTROLLERS_MAX : Mix.DEVICES_MAX;
    Integer count = form.integerOrNull(kind, 0, most);
    return count == null ? 0 : count;
  }

  private FaultRates faults(String place, ObjectNode node, FaultRates usual) {
    Form form = new Form(node);
    double dropOuts = form.number("drop_outs", usual.dropOuts());
    double duplicates = form.number("duplicates", usual.duplicates());
    double late = form.number("late", usual.late());
    double shuffled = form.number("shuffled", usual.shuffled());
    double malformed = form.number("malformed", usual.malformed());
    double drifting = form.number("drifting", usual.drifting());
    double storms = form.number("storms", usual.storms());
    add(place, form.errors());
    return tried(
            place,
            () ->
                new FaultRates(
                    dropOuts,
                    duplicates,
                    late,
                    shuffled,
                    malformed,
                    drifting,
                    drifting > 0 ? DRIFT : Duration.ZERO,
                    storms))
        .orElse(FaultRates.none());
  }

  private List<Scenario.Phase> phases(Form form) {
    JsonNode list = form.value("phases");
    List<Scenario.Phase> phases = new ArrayList<>();
    if (list != null && !list.isArray()) {
      form.reject("phases", "must be a list");
    } else if (list != null) {
      for (int i = 0; i < list.size(); i++) {
        if (list.get(i) instanceof ObjectNode phase) {
          phases.add(phase("phases[" + i + "]", phase));
        } else {
          form.reject("phases[" + i + "]", "must be an object");
        }
      }
    }
    return phases;
  }

  private Scenario.Phase phase(String place, ObjectNode node) {
    Form form = new Form(node);
    Duration at = duration(form, "at", Duration.ZERO);
    if (form.value("at") == null) {
      form.reject("at", "is missing");
    }
    FaultRates faults =
        object(form, "faults")
            .map(rates -> faults(place + ".faults", rates, FaultRates.none()))
            .orElse(null);
    Double speed = form.value("speed") == null ? null : speed(form, 1);
    AnomalyWish anomaly =
        object(form, "anomaly").map(wish -> anomaly(place + ".anomaly", wish)).orElse(null);
    boolean clears = form.flag("clear_anomalies", false);
    add(place, form.errors());
    return new Scenario.Phase(at, faults, speed, anomaly, clears);
  }

  /// An anomaly; to be used when there are no errors.
  AnomalyWish anomaly(ObjectNode node) {
    return anomaly("", node);
  }

  private AnomalyWish anomaly(String place, ObjectNode node) {
    Form form = new Form(node);
    String device = form.textOrNull("device_id", DeviceId.LENGTH_MAX);
    String label = form.textOrNull("anomaly_type", 64);
    Anomaly.Kind kind = label == null ? null : Anomaly.Kind.of(label).orElse(null);
    if (label != null && kind == null) {
      form.reject("anomaly_type", "is not one of the four");
    }
    Integer readings = form.integerOrNull("duration", 1, Anomaly.READINGS_MAX);
    Double power = form.value("power_multiplier") == null ? null : power(form);
    add(place, form.errors());
    return new AnomalyWish(device, kind, readings, power);
  }

  private static double power(Form form) {
    double power = form.number("power_multiplier", 1);
    if (power >= AnomalyWish.POWER_LEAST && power <= AnomalyWish.POWER_MOST) {
      return power;
    }
    form.reject("power_multiplier", "must be 0.5 to 10");
    return 1;
  }

  /// A speed; wrong ones are rejected by the form.
  static double speed(Form form, double otherwise) {
    double speed = form.number("speed", otherwise);
    if (speed > 0 && speed <= SPEED_MAX) {
      return speed;
    }
    form.reject("speed", "must be above 0 and at most 1000");
    return otherwise;
  }

  private static Duration duration(Form form, String field, Duration otherwise) {
    String text = form.textOrNull(field, 40);
    if (text == null) {
      return otherwise;
    }
    try {
      return RecordBinder.duration(text);
    } catch (IllegalArgumentException | DateTimeException e) {
      form.reject(field, "must be a duration such as 90s or 5m");
      return otherwise;
    }
  }

  private static ZoneId zone(Form form) {
    String text = form.textOrNull("zone", 64);
    try {
      return ZoneId.of(text == null ? "UTC" : text);
    } catch (DateTimeException e) {
      form.reject("zone", "must be a time zone such as Europe/Berlin");
      return ZoneId.of("UTC");
    }
  }

  private static Optional<ObjectNode> object(Form form, String field) {
    JsonNode value = form.value(field);
    if (value != null && !value.isObject()) {
      form.reject(field, "must be an object");
    }
    return value instanceof ObjectNode node ? Optional.of(node) : Optional.empty();
  }

  private void add(String place, List<FieldError> found) {
    String prefix = place.isEmpty() ? "" : place + ".";
    found.forEach(error -> errors.add(new FieldError(prefix + error.field(), error.detail())));
  }

  /// What a record refuses is an error like the others.
  private <T> Optional<T> tried(String place, Supplier<T> made) {
    try {
      return Optional.of(made.get());
    } catch (IllegalArgumentException e) {
      errors.add(new FieldError(place, String.valueOf(e.getMessage())));
      return Optional.empty();
    }
  }
}
