package weir.fleet.model;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;

/// A household appliance. Once a minute it tells its status, with an error code or null, and the
/// local time without a zone.
///
/// Every tenth message carries an error. Errors come as episodes of three messages on average; the
/// code is one that the status of the moment can cause, and the appliance stays in that status
/// until the error is gone.
public final class Appliance implements DeviceModel {

  static final double ERROR_SHARE = 0.1;

  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final double EPISODE_MESSAGES = 3;
  private static final double ONSET = ERROR_SHARE / ((1 - ERROR_SHARE) * EPISODE_MESSAGES);
  private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

  private final DeviceId id;
  private final ApplianceType type;
  private final String model;
  private final RandomGenerator random;
  private final Habits habits;
  private final Stopwatch stopwatch = new Stopwatch();
  private final DateTimeFormatter timestamp;
  private String status = "";
  private @Nullable String error;
  private long sequence;

  public Appliance(
      DeviceId id,
      ApplianceType type,
      String model,
      Surroundings surroundings,
      RandomGenerator random) {
    this.id = id;
    this.type = type;
    this.model = model;
    this.random = random;
    this.habits = Habits.of(type, surroundings, random);
    this.timestamp = LOCAL.withZone(surroundings.zone());
  }

  @Override
  public DeviceId id() {
    return id;
  }

  @Override
  public Family family() {
    return Family.APPLIANCE;
  }

  @Override
  public List<String> orderFilters() {
    return List.of("iot/commands/" + type.label() + "/" + id);
  }

  @Override
  public Step next(Instant now) {
    double seconds = stopwatch.lap(now);
    if (error != null && random.nextDouble() < 1 / EPISODE_MESSAGES) {
      error = null;
    } else if (error == null) {
      status = habits.after(seconds, now);
      error = random.nextDouble() < ONSET ? Chance.pick(type.errors(status), random) : null;
    }
    long number = ++sequence;
    String topic = "iot/telemetry/" + type.label() + "/" + id;
    return new Step(List.of(Message.stored(number, now, topic, payload(now, number))), INTERVAL);
  }

  private byte[] payload(Instant now, long number) {
    return Payload.object(
        json -> {
          json.writeStringField("device_id", id.value());
          json.writeStringField("device_type", type.label());
          json.writeStringField("model_name", model);
          json.writeStringField("status", status);
          json.writeStringField("error_code", error);
          json.writeStringField("timestamp", timestamp.format(now));
          json.writeNumberField("sequence", number);
        });
  }
}
