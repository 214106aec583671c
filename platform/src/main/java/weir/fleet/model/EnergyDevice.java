package weir.fleet.model;

import static weir.fleet.model.Payload.round;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;

/// A consumer of energy, one of nine types. Every 5 s it publishes its readings, then its status.
///
/// Power follows the type's day and week within 10 % of noise, the voltage stays within 2 % of the
/// type's own (a 12 V sensor shows about 12 V), the current is what these two make it, and the
/// energy register sums up the power. With a chance of 2 % a reading begins an anomaly, which lasts
/// exactly as many readings as was drawn.
public final class EnergyDevice implements DeviceModel {

  static final double ANOMALY_CHANCE = 0.02;

  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final double KILOWATTS_LEAST = 0.1;

  private final DeviceId id;
  private final EnergyType type;
  private final Surroundings surroundings;
  private final RandomGenerator random;
  private final Stopwatch stopwatch = new Stopwatch();
  private final Wander loadNoise;
  private final Wander voltNoise;
  private double kilowattHours;
  private @Nullable Anomaly anomaly;
  private int anomalousLeft;
  private long sequence;

  /// One reading, as shown.
  private record Shown(double kilowatts, double volts, double amperes) {}

  public EnergyDevice(
      DeviceId id, EnergyType type, Surroundings surroundings, RandomGenerator random) {
    this.id = id;
    this.type = type;
    this.surroundings = surroundings;
    this.random = random;
    this.loadNoise = new Wander(0.033, Duration.ofMinutes(2), random);
    this.voltNoise = new Wander(0.0066, Duration.ofMinutes(6), random);
  }

  @Override
  public DeviceId id() {
    return id;
  }

  @Override
  public Family family() {
    return Family.ENERGY;
  }

  @Override
  public Step next(Instant now) {
    double seconds = stopwatch.lap(now);
    if (anomalousLeft == 0) {
      anomaly = random.nextDouble() < ANOMALY_CHANCE ? Anomaly.draw(random) : null;
      anomalousLeft = anomaly == null ? 0 : anomaly.readings();
    }
    Shown shown = measure(now, seconds);
    kilowattHours += shown.kilowatts * seconds / 3_600;
    Message readings = readings(now, shown);
    Message status = status(now);
    if (anomalousLeft > 0) {
      anomalousLeft--;
    }
    return new Step(List.of(readings, status), INTERVAL);
  }

  private Shown measure(Instant now, double seconds) {
    double kilowatts = type.kilowatts * load(now) * (1 + loadNoise.after(seconds));
    double volts = type.volts * (1 + voltNoise.after(seconds));
    if (anomaly != null) {
      kilowatts *= anomaly.power();
      volts *= anomaly.voltage();
    }
    double shownKilowatts = round(Math.max(KILOWATTS_LEAST, kilowatts), 2);
    double shownVolts = round(volts, 1);
    return new Shown(shownKilowatts, shownVolts, round(shownKilowatts * 1_000 / shownVolts, 2));
  }

  private double load(Instant now) {
    double busy = type.curve.at(now, surroundings.zone());
    if (type == EnergyType.HVAC) {
      double strain = Math.abs(surroundings.celsius(now) - 18) / 14;
      return Math.clamp(0.25 + 0.5 * busy + 0.25 * strain, 0, 1);
    }
    return 0.2 + 0.8 * busy;
  }

  private Message readings(Instant now, Shown shown) {
    long number = ++sequence;
    byte[] payload =
        Payload.object(
            json -> {
              json.writeStringField("device_id", id.value());
              json.writeStringField("timestamp", Payload.utc(now));
              json.writeNumberField("power", shown.kilowatts);
              json.writeNumberField("voltage", shown.volts);
              json.writeNumberField("current", shown.amperes);
              json.writeNumberField("energy", round(kilowattHours, 3));
              json.writeStringField("status", "online");
              json.writeBooleanField("enabled", true);
              anomalous(json);
              json.writeNumberField("sequence", number);
            });
    return Message.stored(number, now, "energy/devices/" + id + "/data", payload);
  }

  private void anomalous(JsonGenerator json) throws IOException {
    json.writeBooleanField("anomaly", anomaly != null);
    if (anomaly != null) {
      json.writeStringField("anomaly_type", anomaly.kind().label());
      json.writeNumberField("anomaly_duration_remaining", anomalousLeft);
    }
  }

  private Message status(Instant now) {
    long number = ++sequence;
    byte[] payload =
        Payload.object(
            json -> {
              json.writeStringField("device_id", id.value());
              json.writeStringField("status", "online");
              json.writeBooleanField("enabled", true);
              json.writeStringField("timestamp", Payload.utc(now));
              json.writeBooleanField("anomaly_active", anomaly != null);
              json.writeNumberField("sequence", number);
            });
    return Message.stored(number, now, "energy/devices/" + id + "/status", payload);
  }
}
