package weir.fleet.model;

import static weir.fleet.model.Payload.round;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
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
  private static final double KILOWATTS_MOST = 1_000;

  private final DeviceId id;
  private final Surroundings surroundings;
  private final RandomGenerator random;
  private final Stopwatch stopwatch = new Stopwatch();
  private final Wander loadNoise;
  private final Wander voltNoise;
  private Rating rating;
  private @Nullable String typeName;
  private volatile boolean enabled = true;
  private volatile boolean online = true;
  private double kilowattHours;
  private @Nullable Anomaly anomaly;
  private int anomalousLeft;
  private volatile Optional<Anomaly.Showing> showing = Optional.empty();
  private long sequence;

  /// One reading, as shown.
  private record Shown(double kilowatts, double volts, double amperes) {
    static final Shown NOTHING = new Shown(0, 0, 0);
  }

  public EnergyDevice(
      DeviceId id, EnergyType type, Surroundings surroundings, RandomGenerator random) {
    this(id, Rating.living(type), null, surroundings, random);
  }

  /// @param typeName what it calls its type in its messages; null to say nothing of it
  public EnergyDevice(
      DeviceId id,
      Rating rating,
      @Nullable String typeName,
      Surroundings surroundings,
      RandomGenerator random) {
    this.id = id;
    this.rating = rating;
    this.typeName = typeName;
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

  /// Becomes another device under the same identifier.
  public void become(Rating other, @Nullable String otherType) {
    rating = other;
    typeName = otherType;
  }

  /// Disabled or offline it draws nothing, and says so.
  public void enable(boolean wanted) {
    enabled = wanted;
  }

  public boolean isEnabled() {
    return enabled;
  }

  public boolean isOnline() {
    return online;
  }

  /// What is wrong with it on purpose, when something is. May be asked by any thread.
  public Optional<Anomaly.Showing> anomaly() {
    return showing;
  }

  private void show() {
    int left = anomalousLeft;
    showing = Optional.ofNullable(anomaly).map(one -> new Anomaly.Showing(one, left));
  }

  /// Lets an anomaly begin with the next reading; it lasts exactly as many as it says.
  public Anomaly misbehave(Anomaly wanted) {
    anomaly = wanted;
    anomalousLeft = wanted.readings();
    show();
    return wanted;
  }

  /// By chance, where nothing is asked for.
  public Anomaly misbehave(
      Anomaly.@Nullable Kind kind, @Nullable Integer readings, @Nullable Double power) {
    Anomaly drawn = kind == null ? Anomaly.draw(random) : Anomaly.draw(kind, random);
    return misbehave(drawn.with(readings, power));
  }

  /// Ends an anomaly; true when there was one.
  public boolean behave() {
    boolean was = anomaly != null;
    anomaly = null;
    anomalousLeft = 0;
    show();
    return was;
  }

  private boolean isWorking() {
    return enabled && online;
  }

  private String statusText() {
    return isWorking() ? "online" : "offline";
  }

  @Override
  public List<String> orderFilters() {
    return List.of("energy/devices/" + id + "/commands");
  }

  @Override
  public Reply obey(Order order) {
    return switch (order.name()) {
      case "set_power" -> setPower(order.parameters().path("power"));
      case "set_enabled" -> switched(order, "enabled", flag -> enabled = flag);
      case "set_online" -> switched(order, "online", flag -> online = flag);
      default -> DeviceModel.super.obey(order);
    };
  }

  private Reply setPower(JsonNode power) {
    double kilowatts = power.doubleValue();
    if (!power.isNumber() || !(kilowatts >= KILOWATTS_LEAST && kilowatts <= KILOWATTS_MOST)) {
      return Reply.refused("power must be a number, 0.1 to 1000");
    }
    rating = new Rating(kilowatts, rating.volts(), null);
    return Reply.obeyed("power is " + kilowatts + " kW");
  }

  private static Reply switched(Order order, String name, Consumer<Boolean> change) {
    JsonNode flag = order.parameters().path(name);
    if (!flag.isBoolean()) {
      return Reply.refused(name + " must be true or false");
    }
    change.accept(flag.booleanValue());
    return Reply.obeyed(name + " is " + flag.booleanValue());
  }

  @Override
  public Step next(Instant now) {
    double seconds = stopwatch.lap(now);
    if (anomalousLeft == 0) {
      anomaly = random.nextDouble() < ANOMALY_CHANCE ? Anomaly.draw(random) : null;
      anomalousLeft = anomaly == null ? 0 : anomaly.readings();
    }
    boolean working = isWorking();
    Shown shown = working ? measure(now, seconds) : Shown.NOTHING;
    kilowattHours += shown.kilowatts * seconds / 3_600;
    show();
    Message readings = readings(now, shown);
    Message status = status(now);
    if (anomalousLeft > 0) {
      anomalousLeft--;
    }
    return new Step(List.of(readings, status), INTERVAL);
  }

  private Shown measure(Instant now, double seconds) {
    double kilowatts =
        rating.kilowatts() * rating.load(now, surroundings) * (1 + loadNoise.after(seconds));
    double volts = rating.volts() * (1 + voltNoise.after(seconds));
    if (anomaly != null) {
      kilowatts *= anomaly.power();
      volts *= anomaly.voltage();
    }
    double shownKilowatts = round(Math.max(KILOWATTS_LEAST, kilowatts), 2);
    double shownVolts = round(volts, 1);
    return new Shown(shownKilowatts, shownVolts, round(shownKilowatts * 1_000 / shownVolts, 2));
  }

  private Message readings(Instant now, Shown shown) {
    long number = ++sequence;
    byte[] payload =
        Payload.object(
            json -> {
              json.writeStringField("device_id", id.value());
              if (typeName != null) {
                json.writeStringField("device_type", typeName);
              }
              json.writeStringField("timestamp", Payload.utc(now));
              json.writeNumberField("power", shown.kilowatts);
              json.writeNumberField("voltage", shown.volts);
              json.writeNumberField("current", shown.amperes);
              json.writeNumberField("energy", round(kilowattHours, 3));
              json.writeStringField("status", statusText());
              json.writeBooleanField("enabled", enabled);
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
              json.writeStringField("status", statusText());
              json.writeBooleanField("enabled", enabled);
              json.writeStringField("timestamp", Payload.utc(now));
              json.writeBooleanField("anomaly_active", anomaly != null);
              json.writeNumberField("sequence", number);
            });
    return Message.stored(number, now, "energy/devices/" + id + "/status", payload);
  }
}
