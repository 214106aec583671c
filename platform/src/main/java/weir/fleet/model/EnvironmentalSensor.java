package weir.fleet.model;

import static weir.fleet.model.Payload.round;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import weir.device.DeviceId;

/// An outdoor sensor that reports temperature, humidity and air pressure every 30 s. All sensors of
/// a fleet feel the same weather; each has its place (height, shade) and its sluggish housing.
public final class EnvironmentalSensor implements DeviceModel {

  public static final String TYPE = "environmental_sensor";

  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final double HECTOPASCAL_A_METRE = 0.12;

  private final DeviceId id;
  private final Surroundings surroundings;
  private final Stopwatch stopwatch = new Stopwatch();
  private final Lag housing;
  private final Wander breeze;
  private final double shade;
  private final double metres;
  private boolean settled;
  private long sequence;

  public EnvironmentalSensor(DeviceId id, Surroundings surroundings, RandomGenerator random) {
    this.id = id;
    this.surroundings = surroundings;
    this.housing = new Lag(Duration.ofMinutes(10), 14);
    this.breeze = new Wander(0.4, Duration.ofMinutes(5), random);
    this.shade = random.nextDouble(-2, 2);
    this.metres = random.nextDouble(0, 400);
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
    double seconds = settled ? stopwatch.lap(now) : Duration.ofDays(1).toSeconds();
    settled = true;
    double air = surroundings.celsius(now) + shade + breeze.after(seconds);
    double celsius = Math.clamp(housing.after(seconds, air), -40, 85);
    double humidity = Math.clamp(surroundings.humidity(now) - 2 * shade, 0, 100);
    double pressure = surroundings.pressure(now) - HECTOPASCAL_A_METRE * metres;
    long number = ++sequence;
    byte[] payload = payload(now, number, celsius, humidity, pressure);
    String topic = "iot/" + id + "/raw";
    return new Step(List.of(Message.stored(number, now, topic, payload)), INTERVAL);
  }

  private byte[] payload(
      Instant now, long number, double celsius, double humidity, double pressure) {
    return Payload.object(
        json -> {
          json.writeStringField("device_id", id.value());
          json.writeStringField("device_type", TYPE);
          json.writeStringField("timestamp", Payload.utc(now));
          json.writeStringField("event_type", "telemetry");
          json.writeNumberField("sequence", number);
          json.writeObjectFieldStart("measurements");
          Payload.value(json, "temperature", round(celsius, 2), "°C");
          Payload.value(json, "humidity", round(humidity, 1), "%RH");
          Payload.value(json, "pressure", round(pressure, 1), "hPa");
          json.writeEndObject();
        });
  }
}
