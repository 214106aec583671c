package weir.fleet.model;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/// The state of the small building that an F2 controller watches: two doors, the people who pass
/// them, and the air inside.
final class Building {

  private static final double PASSAGES_AN_HOUR = 240;
  private static final double NIGHT = 0.2;
  private static final List<String> CODES =
      List.of("Hello World", "USER12345", "ACCESS_CARD_789", "QR_CODE_ABC123");

  private final Surroundings surroundings;
  private final RandomGenerator random;
  private final Lag room = new Lag(Duration.ofMinutes(45), 23);
  private final Wander breath;
  private int door;
  private boolean byButton;
  private double releasedSeconds;
  private double movingSeconds;
  private double sirenSeconds;
  private String code = CODES.getFirst();

  Building(Surroundings surroundings, RandomGenerator random) {
    this.surroundings = surroundings;
    this.random = random;
    this.breath = new Wander(1.5, Duration.ofMinutes(20), random);
  }

  /// Lets time pass: people come, doors fall shut, the air warms up and cools down.
  void pass(double seconds, Instant now) {
    double busy = Curve.OFFICE.at(now, surroundings.zone());
    releasedSeconds = Math.max(0, releasedSeconds - seconds);
    movingSeconds = Math.max(0, movingSeconds - seconds);
    sirenSeconds = Math.max(0, sirenSeconds - seconds);
    room.after(seconds, 20.5 + 4 * busy + 0.2 * (surroundings.celsius(now) - 14));
    breath.after(seconds);
    if (Chance.hourly(PASSAGES_AN_HOUR * busy * busy, seconds, random)) {
      letThrough(busy);
    }
  }

  private void letThrough(double busy) {
    door = 1 + random.nextInt(2);
    byButton = random.nextBoolean();
    code = Chance.pick(CODES, random);
    double passage = random.nextDouble(4, 12);
    releasedSeconds = Math.max(releasedSeconds, passage);
    movingSeconds = passage + random.nextDouble(5, 40);
    if (busy < NIGHT) {
      sirenSeconds = Math.max(sirenSeconds, random.nextDouble(10, 60));
    }
  }

  void release(double seconds) {
    releasedSeconds = seconds;
  }

  void sound(double seconds) {
    sirenSeconds = seconds;
  }

  private boolean isOpen(int number) {
    return door == number && releasedSeconds > 0 && releasedSeconds < 8;
  }

  private boolean isPressed(int number) {
    return door == number && byButton && releasedSeconds > 0;
  }

  void write(Component component, Instant now, JsonGenerator json) throws IOException {
    switch (component.quantity()) {
      case DOORS -> {
        json.writeBooleanField("door-sensor-1", isOpen(1));
        json.writeBooleanField("door-sensor-2", isOpen(2));
      }
      case EXIT_BUTTONS -> {
        json.writeBooleanField("exit-button-1", isPressed(1));
        json.writeBooleanField("exit-button-2", isPressed(2));
      }
      case STRIKE -> json.writeBooleanField("status", releasedSeconds > 0);
      case MOTION -> json.writeBooleanField("status", movingSeconds > 0);
      case SIREN -> json.writeBooleanField("status", sirenSeconds > 0);
      case READER -> json.writeStringField("data", "b'\"" + code + "\"'");
      case CELSIUS -> hex(json, Math.clamp(room.value(), 15, 35) * 10);
      case HUMIDITY -> hex(json, Math.clamp(humidity(now), 20, 90) * 100);
      case PRESSURE -> hex(json, surroundings.pressure(now) * 10);
    }
  }

  private double humidity(Instant now) {
    return 0.8 * surroundings.humidity(now) + breath.after(0);
  }

  private static void hex(JsonGenerator json, double value) throws IOException {
    json.writeStringField("data", "0x" + Integer.toHexString((int) value));
  }
}
