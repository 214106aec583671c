package weir.fleet.model;

import static weir.fleet.model.Payload.round;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import weir.device.DeviceId;

/// A temperature and humidity sensor on a small board that posts to `/ingest` every 2 s. The room
/// follows the weather with hours of delay and is warmed by those who work in it; warm air is dry
/// air. 18 to 35 °C, 30 to 85 %.
public final class RoomSensor implements DeviceModel {

  public static final String PATH = "/ingest";

  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final Duration ROOM = Duration.ofHours(2);

  private final DeviceId id;
  private final Surroundings surroundings;
  private final Stopwatch stopwatch = new Stopwatch();
  private final Lag room = new Lag(ROOM, 23);
  private final Wander draught;
  private final double warmth;
  private long sequence;

  public RoomSensor(DeviceId id, Surroundings surroundings, RandomGenerator random) {
    this.id = id;
    this.surroundings = surroundings;
    this.draught = new Wander(0.15, Duration.ofMinutes(3), random);
    this.warmth = random.nextDouble(-1, 2);
  }

  @Override
  public DeviceId id() {
    return id;
  }

  @Override
  public Family family() {
    return Family.HTTP;
  }

  @Override
  public Step next(Instant now) {
    double seconds = stopwatch.lap(now);
    double people = 3 * Curve.OFFICE.at(now, surroundings.zone());
    double outside = 0.25 * (surroundings.celsius(now) - 14);
    double air = room.after(seconds, 21.5 + warmth + people + outside);
    double celsius = Math.clamp(air + draught.after(seconds), 18, 35);
    double humidity = Math.clamp(surroundings.humidity(now) - 3 * (celsius - 20), 30, 85);
    long number = ++sequence;
    byte[] payload =
        Payload.object(
            json -> {
              json.writeStringField("device_id", id.value());
              json.writeNumberField("temperature", round(celsius, 2));
              json.writeNumberField("humidity", round(humidity, 2));
              json.writeStringField("timestamp", Payload.local(now) + "+00:00");
              json.writeNumberField("sequence", number);
            });
    return new Step(List.of(Message.stored(number, now, PATH, payload)), INTERVAL);
  }
}
