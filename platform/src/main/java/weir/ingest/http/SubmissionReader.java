package weir.ingest.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.EventId;
import weir.event.Problem;
import weir.event.ProblemException;

/// Reads the body of `POST /ingest`: one JSON object, an array of them, or one per line.
///
/// Every object is checked before any is accepted, and every wrong field is named, with its index
/// when there are several objects. A sensor's fields are required unless the object carries
/// `measurements` of its own. The bytes of each object are cut out untouched.
///
/// Limits: nesting 32, numbers of 64 digits, names of 256 and texts of 65,536 characters, and the
/// number of events given to the constructor. Pure; safe for use by many threads.
public final class SubmissionReader {

  /// What the body holds: events when there are no errors.
  public record Outcome(
      List<Submission> submissions, List<Problem.Field> errors, boolean several) {}

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(32)
                  .maxNumberLength(64)
                  .maxNameLength(256)
                  .maxStringLength(65_536)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Read so that they can be refused by the names of their fields.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private final int eventsMax;

  public SubmissionReader(int eventsMax) {
    this.eventsMax = eventsMax;
  }

  /// Reads a body of one object, an array, or objects after one another (NDJSON). Refuses with
  /// 400 what is not JSON or breaks a limit.
  public Outcome read(byte[] body, boolean lines) {
    checkEncoding(body);
    List<Submission> submissions = new ArrayList<>();
    List<Problem.Field> errors = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(body)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw unreadable("the body is empty");
      }
      boolean array = first == JsonToken.START_ARRAY && !lines;
      boolean several = array || lines;
      JsonToken token = array ? parser.nextToken() : first;
      int index = 0;
      while (token != null && token != JsonToken.END_ARRAY) {
        if (index >= eventsMax) {
          throw unreadable("more than " + eventsMax + " events in one request");
        }
        readOne(parser, body, several ? "[" + index + "]." : "", submissions, errors);
        index++;
        token = parser.nextToken();
        if (!several && token != null) {
          throw unreadable("more follows after the JSON object");
        }
      }
      if (index == 0) {
        throw unreadable("the array is empty");
      }
      if (array && parser.nextToken() != null) {
        throw unreadable("more follows after the JSON array");
      }
      return new Outcome(submissions, errors, several);
    } catch (JsonProcessingException e) {
      throw unreadable("not valid JSON: " + place(e) + e.getOriginalMessage());
    } catch (IOException e) {
      throw unreadable("not readable text: " + e.getMessage());
    }
  }

  /// Zero bytes at the start would make the parser take the text for UTF-16 or UTF-32.
  private static void checkEncoding(byte[] body) {
    for (int i = 0; i < Math.min(4, body.length); i++) {
      if (body[i] == 0) {
        throw unreadable("the text is not in UTF-8");
      }
    }
  }

  private static ProblemException unreadable(String detail) {
    return new ProblemException(Problem.of(400, "Unreadable body", detail));
  }

  private static String place(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : "line "
            + e.getLocation().getLineNr()
            + ", column "
            + e.getLocation().getColumnNr()
            + ": ";
  }

  private static void readOne(
      JsonParser parser,
      byte[] body,
      String prefix,
      List<Submission> submissions,
      List<Problem.Field> errors)
      throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      errors.add(
          new Problem.Field(
              prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1),
              "must be an object"));
      parser.skipChildren();
      return;
    }
    int start = (int) parser.currentTokenLocation().getByteOffset();
    Fields fields = new Fields(prefix);
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      fields.take(parser);
    }
    int end = (int) parser.currentLocation().getByteOffset();
    List<Problem.Field> wrong = fields.finish();
    errors.addAll(wrong);
    if (wrong.isEmpty()) {
      submissions.add(
          new Submission(fields.eventId, fields.device(), Arrays.copyOfRange(body, start, end)));
    }
  }

  /// The fields of one object as they come by.
  private static final class Fields {

    private final String prefix;
    private final List<Problem.Field> errors = new ArrayList<>();
    private @Nullable EventId eventId;
    private @Nullable DeviceId deviceId;
    private boolean sawDevice;
    private boolean sawTimestamp;
    private boolean sawTemperature;
    private boolean sawHumidity;
    private boolean sawMeasurements;

    Fields(String prefix) {
      this.prefix = prefix;
    }

    void take(JsonParser parser) throws IOException {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "event_id" -> takeEventId(parser);
        case "device_id" -> takeDeviceId(parser);
        case "timestamp" -> takeTimestamp(parser);
        case "temperature" -> sawTemperature = takeNumber(parser, name);
        case "humidity" -> sawHumidity = takeNumber(parser, name);
        case "measurements" -> sawMeasurements = takeObject(parser, name);
        default -> pass(parser, name);
      }
    }

    private void takeEventId(JsonParser parser) throws IOException {
      eventId = text(parser).flatMap(EventId::parse).orElse(null);
      if (eventId == null) {
        wrong("event_id", "must be a text of 1 to 128 characters of [A-Za-z0-9._:-]");
        parser.skipChildren();
      }
    }

    private void takeDeviceId(JsonParser parser) throws IOException {
      sawDevice = true;
      deviceId = text(parser).flatMap(DeviceId::parse).orElse(null);
      if (deviceId == null) {
        wrong("device_id", "must be a text of 1 to 128 characters of [A-Za-z0-9._:-]");
        parser.skipChildren();
      }
    }

    private void takeTimestamp(JsonParser parser) throws IOException {
      sawTimestamp = true;
      boolean readable =
          parser.currentToken().isNumeric()
              ? isEpoch(parser.getDoubleValue())
              : text(parser).filter(Fields::isTime).isPresent();
      if (!readable) {
        wrong(
            "timestamp", "must be a date and time such as 2026-02-27T15:00:00Z, or epoch seconds");
        parser.skipChildren();
      }
    }

    private boolean takeNumber(JsonParser parser, String name) throws IOException {
      if (!parser.currentToken().isNumeric() || !Double.isFinite(parser.getDoubleValue())) {
        wrong(name, "must be a finite number");
        parser.skipChildren();
      }
      return true;
    }

    private boolean takeObject(JsonParser parser, String name) throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        wrong(name, "must be an object");
      }
      pass(parser, name);
      return true;
    }

    /// Goes over a value of any form, and refuses numbers in it that are none.
    private void pass(JsonParser parser, String name) throws IOException {
      int depth = 0;
      JsonToken token = parser.currentToken();
      while (true) {
        if (token.isStructStart()) {
          depth++;
        } else if (token.isStructEnd()) {
          depth--;
        } else if (token == JsonToken.VALUE_NUMBER_FLOAT && parser.isNaN()) {
          String inner = depth == 0 ? null : parser.currentName();
          wrong(inner == null ? name : name + "." + inner, "must be a finite number");
        }
        if (depth == 0) {
          return;
        }
        token = parser.nextToken();
      }
    }

    private static Optional<String> text(JsonParser parser) throws IOException {
      return parser.currentToken() == JsonToken.VALUE_STRING
          ? Optional.of(parser.getText())
          : Optional.empty();
    }

    /// Seconds or milliseconds from 2000 to 2100.
    private static boolean isEpoch(double number) {
      double seconds = number > 1e11 ? number / 1_000 : number;
      return seconds >= 946_684_800 && seconds < 4_102_444_800.0;
    }

    private static boolean isTime(String text) {
      String iso = text.replace(' ', 'T');
      try {
        if (iso.length() == 10) {
          LocalDate.parse(iso);
        } else if (iso.endsWith("Z") || iso.lastIndexOf('+') > 10 || iso.lastIndexOf('-') > 10) {
          Instant ignored = OffsetDateTime.parse(iso).toInstant();
        } else {
          LocalDateTime.parse(iso);
        }
        return true;
      } catch (DateTimeException e) {
        return false;
      }
    }

    /// The mistakes of this object, the missing fields last.
    List<Problem.Field> finish() {
      require(sawDevice, "device_id");
      require(sawTimestamp, "timestamp");
      require(sawTemperature || sawMeasurements, "temperature");
      require(sawHumidity || sawMeasurements, "humidity");
      return errors;
    }

    private void require(boolean seen, String name) {
      if (!seen) {
        wrong(name, "is required");
      }
    }

    private void wrong(String name, String detail) {
      errors.add(new Problem.Field(prefix + name, detail));
    }

    DeviceId device() {
      if (deviceId == null) {
        throw new IllegalStateException("a checked object has a device");
      }
      return deviceId;
    }
  }
}
