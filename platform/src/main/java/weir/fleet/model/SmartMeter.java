package weir.fleet.model;

import static weir.fleet.model.Payload.round;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import weir.device.DeviceId;

/// The energy meter of a household. Once a minute it reports the register (kWh, only ever growing),
/// the demand (kW) and the power factor; the demand follows the household's day and the weather.
public final class SmartMeter implements DeviceModel {

  public static final String TYPE = "smart_meter";

  private static final Duration INTERVAL = Duration.ofMinutes(1);

  private final DeviceId id;
  private final Surroundings surroundings;
  private final Stopwatch stopwatch = new Stopwatch();
  private final Wander habit;
  private final Wander flicker;
  private final double peakKilowatts;
  private double register;
  private long sequence;

  public SmartMeter(DeviceId id, Surroundings surroundings, RandomGenerator random) {
    this.id = id;
    this.surroundings = surroundings;
    this.habit = new Wander(0.12, Duration.ofMinutes(40), random);
    this.flicker = new Wander(0.04, Duration.ofMinutes(2), random);
    this.peakKilowatts = random.nextDouble(2.5, 7);
    this.register = random.nextDouble(800, 9_000);
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
    double seconds = stopwatch.lap(now);
    double busy = Curve.HOUSEHOLD.at(now, surroundings.zone());
    double heating = 0.02 * Math.max(0, 16 - surroundings.celsius(now));
    double share = busy + heating + habit.after(seconds) + flicker.after(seconds);
    double demand = round(peakKilowatts * Math.clamp(share, 0.05, 1.2), 3);
    double factor = round(Math.clamp(0.88 + 0.08 * share, 0.8, 0.99), 3);
    register += demand * seconds / 3_600;
    long number = ++sequence;
    byte[] payload = payload(now, number, demand, factor);
    String topic = "iot/" + id + "/raw";
    return new Step(List.of(Message.stored(number, now, topic, payload)), INTERVAL);
  }

  private byte[] payload(Instant now, long number, double demand, double factor) {
    return Payload.object(
        json -> {
          json.writeStringField("device_id", id.value());
          json.writeStringField("device_type", TYPE);
          json.writeStringField("timestamp", Payload.utc(now));
          json.writeStringField("event_type", "telemetry");
          json.writeNumberField("sequence", number);
          json.writeObjectFieldStart("measurements");
          Payload.value(json, "energy", round(register, 3), "kWh");
          Payload.value(json, "demand", demand, "kW");
          Payload.value(json, "power_factor", factor, "");
          json.writeEndObject();
        });
  }
}
