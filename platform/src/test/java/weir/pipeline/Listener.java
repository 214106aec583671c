package weir.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import weir.event.Door;
import weir.event.EventId;
import weir.event.RawMessage;
import weir.event.Reading;
import weir.event.Rejection;
import weir.testkit.MemoryDirectory;

/// Hears what a device says and decodes it, with devices registered as they come.
final class Listener {

  static final Instant RECEIVED = Instant.parse("2026-06-01T12:00:00.250Z");
  private static final ObjectMapper JSON = new ObjectMapper();

  final MemoryDirectory directory = new MemoryDirectory();
  private final Decoding decoding;
  private Instant received = RECEIVED;

  Listener() {
    this(Dialects.builtIn(), PipelineSettings.defaults());
  }

  Listener(Dialects dialects, PipelineSettings settings) {
    decoding = new Decoding(dialects, directory, settings, new NewTypes(directory, settings));
  }

  Listener receivedAt(Instant time) {
    received = time;
    return this;
  }

  Outcome hear(String topic, byte[] payload) {
    return hear(Door.MQTT, topic, payload);
  }

  Outcome hear(String topic, String payload) {
    return hear(Door.MQTT, topic, payload.getBytes(UTF_8));
  }

  Outcome post(String payload) {
    return hear(Door.HTTP, "/ingest", payload.getBytes(UTF_8));
  }

  private Outcome hear(Door door, String path, byte[] payload) {
    return hear(new RawMessage(new EventId("e-1"), null, door, path, 1, received, payload));
  }

  Outcome hear(RawMessage message) {
    Outcome outcome = decoding.decode(message);
    if (outcome instanceof Outcome.Unregistered(var family, var contact)) {
      directory.firstContacts(List.of(contact));
      return decoding.decode(message);
    }
    return outcome;
  }

  static Outcome.Decoded decoded(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Decoded.class);
    return (Outcome.Decoded) outcome;
  }

  static Rejection rejection(Outcome outcome) {
    return switch (outcome) {
      case Outcome.SetAside(String family, Rejection rejection) -> rejection;
      case Outcome.Waiting(String family, Rejection rejection) -> rejection;
      default -> throw new AssertionError("not rejected: " + outcome);
    };
  }

  /// The readings as `metric → value unit`.
  static Map<String, String> readings(Outcome outcome) {
    Map<String, String> readings = new LinkedHashMap<>();
    for (Reading reading : decoded(outcome).event().readings()) {
      String value =
          switch (reading) {
            case Reading.Numeric number -> Double.toString(number.value());
            case Reading.Textual text -> "'" + text.value() + "'";
          };
      readings.put(reading.metric(), (value + " " + reading.unit()).strip());
    }
    return readings;
  }

  static JsonNode json(Outcome outcome) {
    try {
      return JSON.readTree(decoded(outcome).event().json());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
