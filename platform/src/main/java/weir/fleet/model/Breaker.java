package weir.fleet.model;

import static weir.fleet.model.Payload.round;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import weir.device.DeviceId;

/// A smart breaker on a three-phase feeder of 13 kVA. It speaks every 3 to 8 s; one time in four it
/// sends a burst of 3 to 6 telemetry messages, 0.2 s apart, then the trends of that burst and its
/// own status.
///
/// Its load follows the building's day and week, its temperature follows the load with a delay, and
/// it trips for a reason: an arc, a leak to ground, or heat. A tripped breaker carries no current
/// for some minutes and counts the trip; eight trips call for maintenance.
public final class Breaker implements DeviceModel {

  public static final String TYPE = "smart_breaker";

  private static final double BURST_CHANCE = 0.25;
  private static final Duration BURST_GAP = Duration.ofMillis(200);
  private static final double RATED_VOLT_AMPERES = 13_000;
  private static final double LOAD_LEAST = 0.41;
  private static final double LOAD_MOST = 0.90;
  private static final double GROUND_TRIP_AMPERES = 4;
  private static final double HEAT_TRIP_CELSIUS = 78;
  private static final double ARCS_AN_HOUR = 0.004;
  private static final double LEAKS_AN_HOUR = 0.01;
  private static final int TRIPS_BEFORE_SERVICE = 8;

  private final DeviceId id;
  private final Surroundings surroundings;
  private final RandomGenerator random;
  private final Stopwatch stopwatch = new Stopwatch();
  private final Wander loadNoise;
  private final Wander[] voltNoise = new Wander[3];
  private final double[] shares = new double[3];
  private final Lag temperature = new Lag(Duration.ofMinutes(18), 35);
  private final Lag leak = new Lag(Duration.ofMinutes(6), 0.05);
  private final double hoursBefore;

  private long sequence;
  private int left;
  private boolean bursting;
  private final List<Sample> burst = new ArrayList<>();
  private double leakTarget = 0.05;
  private Instant closedAgain = Instant.MIN;
  private boolean arc;
  private int trips;
  private Instant serviced = Instant.MAX;

  /// What one telemetry message tells.
  private record Sample(Instant time, ThreePhase phases, double celsius, double load) {}

  public Breaker(DeviceId id, Surroundings surroundings, RandomGenerator random) {
    this.id = id;
    this.surroundings = surroundings;
    this.random = random;
    this.loadNoise = new Wander(0.05, Duration.ofMinutes(10), random);
    double sum = 0;
    for (int phase = 0; phase < 3; phase++) {
      voltNoise[phase] = new Wander(0.7, Duration.ofMinutes(4), random);
      shares[phase] = random.nextDouble(0.28, 0.38);
      sum += shares[phase];
    }
    for (int phase = 0; phase < 3; phase++) {
      shares[phase] /= sum;
    }
    this.hoursBefore = random.nextDouble(100, 990);
    this.trips = random.nextInt(6);
  }

  @Override
  public DeviceId id() {
    return id;
  }

  @Override
  public Family family() {
    return Family.CLOUD;
  }

  @Override
  public List<String> orderFilters() {
    return List.of("iot/" + id + "/commands");
  }

  @Override
  public Step next(Instant now) {
    if (left == 0) {
      bursting = random.nextDouble() < BURST_CHANCE;
      left = bursting ? 3 + random.nextInt(4) : 1;
      burst.clear();
    }
    Sample sample = measure(now);
    burst.add(sample);
    List<Message> messages = new ArrayList<>(3);
    messages.add(telemetry(sample));
    left--;
    if (left > 0) {
      return new Step(messages, BURST_GAP);
    }
    if (bursting) {
      messages.add(trends(now));
      messages.add(status(now));
    }
    return new Step(messages, Chance.seconds(3, 8, random));
  }

  private Sample measure(Instant now) {
    double seconds = stopwatch.lap(now);
    double busy = Curve.OFFICE.at(now, surroundings.zone());
    double wanted = 0.38 + 0.5 * busy + loadNoise.after(seconds);
    double load = Math.clamp(wanted, LOAD_LEAST, LOAD_MOST);
    if (isOpen(now)) {
      load = 0;
    }
    double celsius = 24 + 0.3 * (surroundings.celsius(now) - 14) + 46 * load * load;
    double hot = Math.clamp(temperature.after(seconds, celsius), 20, 80);
    ThreePhase phases = phases(load, seconds);
    suffer(now, seconds, hot);
    return new Sample(now, phases, round(hot, 2), load);
  }

  private ThreePhase phases(double load, double seconds) {
    double[] volts = new double[3];
    for (int phase = 0; phase < 3; phase++) {
      double sag = 3.5 * load * shares[phase] * 3;
      volts[phase] = Math.clamp(121.5 - sag + voltNoise[phase].after(seconds), 110, 130);
    }
    double factor = 0.955 + 0.036 * (load - LOAD_LEAST) + 0.002 * random.nextDouble(-1, 1);
    return ThreePhase.of(volts, shares, load * RATED_VOLT_AMPERES, factor);
  }

  /// What wears the breaker: it trips when one of the causes is there, and is serviced a day after
  /// it asked for it.
  private void suffer(Instant now, double seconds, double celsius) {
    if (Chance.hourly(LEAKS_AN_HOUR, seconds, random)) {
      leakTarget = random.nextDouble(2, 5);
    } else if (Chance.hourly(3, seconds, random)) {
      leakTarget = random.nextDouble(0.02, 0.3);
    }
    leak.after(seconds, leakTarget);
    if (isOpen(now)) {
      return;
    }
    arc = Chance.hourly(ARCS_AN_HOUR, seconds, random);
    if (arc || leak.value() > GROUND_TRIP_AMPERES || celsius > HEAT_TRIP_CELSIUS) {
      closedAgain = now.plus(Chance.seconds(120, 600, random));
      leakTarget = 0.05;
      trips++;
    }
    if (isDue() && serviced.equals(Instant.MAX)) {
      serviced = now.plus(Duration.ofHours(24));
    }
    if (!now.isBefore(serviced)) {
      trips = 0;
      serviced = Instant.MAX;
    }
  }

  private boolean isOpen(Instant now) {
    return now.isBefore(closedAgain);
  }

  private boolean isDue() {
    return trips >= TRIPS_BEFORE_SERVICE || operatingHours() % 1_000 > 950;
  }

  private double operatingHours() {
    return hoursBefore + stopwatch.total().toMillis() / 3_600_000.0;
  }

  private Message telemetry(Sample sample) {
    long number = ++sequence;
    byte[] payload =
        Payload.object(
            json -> {
              head(json, sample.time, "telemetry", number);
              Payload.nested(json, "measurements", inner -> measurements(inner, sample));
            });
    return Message.stored(number, sample.time, "iot/" + id + "/raw", payload);
  }

  private void head(JsonGenerator json, Instant time, String eventType, long number)
      throws IOException {
    json.writeStringField("device_id", id.value());
    json.writeStringField("device_type", TYPE);
    json.writeStringField("timestamp", Payload.utc(time));
    json.writeStringField("event_type", eventType);
    json.writeNumberField("sequence", number);
  }

  private void measurements(JsonGenerator json, Sample sample) throws IOException {
    ThreePhase phases = sample.phases;
    threeValues(json, "voltage", phases.voltsA(), phases.voltsB(), phases.voltsC(), "V");
    threeValues(json, "current", phases.amperesA(), phases.amperesB(), phases.amperesC(), "A");
    Payload.nested(json, "power", power -> power(power, phases));
    double hertz = surroundings.frequency(sample.time) + 0.005 * random.nextDouble(-1, 1);
    Payload.value(json, "frequency", round(hertz, 2), "Hz");
    Payload.value(json, "temperature", sample.celsius, "°C");
    Payload.nested(json, "status", status -> switches(status, sample.time));
    Payload.nested(json, "protection", this::protection);
    Payload.nested(json, "operational", operational -> operational(operational, sample));
  }

  private static void threeValues(
      JsonGenerator json, String name, double a, double b, double c, String unit)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("phase_a", a);
    json.writeNumberField("phase_b", b);
    json.writeNumberField("phase_c", c);
    json.writeStringField("unit", unit);
    json.writeEndObject();
  }

  private static void power(JsonGenerator json, ThreePhase phases) throws IOException {
    json.writeNumberField("active", phases.active());
    json.writeNumberField("reactive", phases.reactive());
    json.writeNumberField("apparent", phases.apparent());
    json.writeNumberField("factor", phases.factor());
    json.writeStringField("unit", "W");
  }

  private void switches(JsonGenerator json, Instant now) throws IOException {
    int closed = isOpen(now) ? 0 : 1;
    json.writeNumberField("breaker", closed);
    json.writeNumberField("position", closed);
    json.writeNumberField("communication", 1);
  }

  private void protection(JsonGenerator json) throws IOException {
    json.writeNumberField("trip_count", trips);
    json.writeNumberField("ground_fault_current", round(leak.value(), 2));
    json.writeBooleanField("arc_fault_detected", arc);
  }

  private void operational(JsonGenerator json, Sample sample) throws IOException {
    json.writeNumberField("load_percentage", round(100 * sample.load, 1));
    json.writeNumberField("operating_hours", round(operatingHours(), 1));
    json.writeBooleanField("maintenance_due", isDue());
  }

  private Message trends(Instant now) {
    long number = ++sequence;
    byte[] payload =
        Payload.object(
            json -> {
              head(json, now, "trends", number);
              json.writeArrayFieldStart("trends");
              trend(json, "voltage_phase_a", sample -> sample.phases.voltsA());
              trend(json, "current_phase_a", sample -> sample.phases.amperesA());
              trend(json, "power_active", sample -> sample.phases.active());
              trend(json, "temperature", Sample::celsius);
              json.writeEndArray();
            });
    return Message.stored(number, now, "iot/" + id + "/trends", payload);
  }

  private void trend(JsonGenerator json, String channel, ToDoubleFunction<Sample> value)
      throws IOException {
    var figures = burst.stream().mapToDouble(value).summaryStatistics();
    Sample last = burst.getLast();
    json.writeStartObject();
    json.writeStringField("c", channel);
    json.writeNumberField("t", last.time.getEpochSecond());
    json.writeStringField("v", twoDecimals(value.applyAsDouble(last)));
    json.writeStringField("avg", twoDecimals(figures.getAverage()));
    json.writeStringField("min", twoDecimals(figures.getMin()));
    json.writeStringField("max", twoDecimals(figures.getMax()));
    json.writeEndObject();
  }

  private static String twoDecimals(double value) {
    return Double.toString(round(value, 2));
  }

  private Message status(Instant now) {
    long number = ++sequence;
    Instant lastTelemetry = burst.getLast().time;
    byte[] payload =
        Payload.object(
            json -> {
              head(json, now, "status", number);
              json.writeObjectFieldStart("status");
              json.writeBooleanField("online", true);
              json.writeStringField("last_telemetry", Payload.utc(lastTelemetry));
              json.writeNumberField("message_count", number);
              double uptime = stopwatch.total().toMillis() / 3_600_000.0;
              json.writeNumberField("uptime_hours", round(uptime, 2));
              json.writeStringField("firmware_version", "2.1.0");
              json.writeStringField("hardware_revision", "A");
              json.writeEndObject();
            });
    return Message.stored(number, now, "iot/" + id + "/status", payload);
  }
}
