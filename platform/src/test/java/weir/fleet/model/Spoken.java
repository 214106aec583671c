package weir.fleet.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// What a device said over some time, parsed.
record Spoken(Instant time, String path, JsonNode json, Message message) {

  static final Instant MONDAY = Instant.parse("2026-03-02T00:00:00Z");
  static final ZoneId UTC = ZoneId.of("UTC");
  static final Surroundings SURROUNDINGS = new Surroundings(5, UTC);

  private static final ObjectMapper JSON = new ObjectMapper();

  static RandomGenerator random(long seed) {
    return new SplittableRandom(seed);
  }

  static List<Spoken> by(DeviceModel device, Duration period) {
    List<Spoken> said = new ArrayList<>();
    each(device, period, message -> said.add(of(message)));
    return said;
  }

  /// For periods that are too long to be kept.
  static void each(DeviceModel device, Duration period, Consumer<Message> listener) {
    Instant now = MONDAY;
    while (now.isBefore(MONDAY.plus(period))) {
      Step step = device.next(now);
      step.messages().forEach(listener);
      now = now.plus(step.pause());
    }
  }

  static List<Step> steps(DeviceModel device, Duration period) {
    List<Step> steps = new ArrayList<>();
    Instant now = MONDAY;
    while (now.isBefore(MONDAY.plus(period))) {
      Step step = device.next(now);
      steps.add(step);
      now = now.plus(step.pause());
    }
    return steps;
  }

  static Spoken of(Message message) {
    try {
      JsonNode json = JSON.readTree(message.payload());
      return new Spoken(message.time(), message.path(), json, message);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  double number(String pointer) {
    return json.at(pointer).asDouble(Double.NaN);
  }

  String text(String pointer) {
    return json.at(pointer).asText();
  }

  int hour() {
    return time.atZone(UTC).getHour();
  }

  boolean isWeekend() {
    return time.atZone(UTC).getDayOfWeek().getValue() >= 6;
  }
}
