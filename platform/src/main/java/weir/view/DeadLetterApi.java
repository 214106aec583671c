package weir.view;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import weir.event.ProblemException;
import weir.view.topic.Cursor;

/// What was set aside, under `/api/dead-letters`: a list, its count, one letter, and `POST` to
/// `…/{position}/replay`, `…/{position}/repair` or, for all that match, `…/replay`.
///
/// A list shows no payloads; one letter shows its bytes as base64, and as text when they are
/// UTF-8.
public final class DeadLetterApi implements HttpService {

  private static final JsonFactory JSON = new JsonFactory();
  private static final int LIST_MAX = 1_000;
  private static final int LIST_DEFAULT = 50;
  private static final int REPLAY_MAX = 100_000;
  private static final List<String> FILTERS = List.of("reason", "family", "device", "replayed");

  private final DeadLetters letters;

  public DeadLetterApi(DeadLetters letters) {
    this.letters = letters;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/api/dead-letters", this::list)
        .get("/api/dead-letters/count", this::count)
        .post("/api/dead-letters/replay", this::replayMany)
        .get("/api/dead-letters/{position}", this::show)
        .post("/api/dead-letters/{position}/replay", this::replayOne)
        .post("/api/dead-letters/{position}/repair", this::repair);
  }

  private void list(ServerRequest request, ServerResponse response) throws IOException {
    Predicate<DeadLetters.Letter> filter = filter(request, "limit", "cursor");
    int limit = limit(request, LIST_DEFAULT, LIST_MAX);
    DeadLetters.Page page = letters.list(filter, cursor(request), limit);
    ByteArrayOutputStream out = new ByteArrayOutputStream(4_096);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeArrayFieldStart("items");
      for (DeadLetters.Letter letter : page.letters()) {
        json.writeStartObject();
        writeFacts(json, letter);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeNumberField("count", page.letters().size());
      json.writeStringField("next_cursor", page.next().isEmpty() ? null : page.next());
      json.writeEndObject();
    }
    send(response, out);
  }

  private static Map<Integer, Long> cursor(ServerRequest request) {
    return Cursor.parse(request.query().first("cursor").orElse(""))
        .orElseThrow(
            () ->
                ProblemException.invalid("cursor", "must be the next_cursor of an earlier answer"));
  }

  private void count(ServerRequest request, ServerResponse response) {
    long count = letters.count(filter(request));
    Answers.send(response, JsonBody.JSON.createObjectNode().put("count", count));
  }

  private void show(ServerRequest request, ServerResponse response) throws IOException {
    DeadLetters.Letter letter = letter(request);
    ByteArrayOutputStream out = new ByteArrayOutputStream(4_096);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      writeFacts(json, letter);
      json.writeBinaryField("payload_base64", letter.payload());
      writeText(json, letter.payload());
      json.writeEndObject();
    }
    send(response, out);
  }

  private void replayOne(ServerRequest request, ServerResponse response) throws IOException {
    DeadLetters.Letter letter = open(request);
    sendReplayed(response, letters.replay(other -> other.position().equals(letter.position()), 1));
  }

  private DeadLetters.Letter open(ServerRequest request) {
    DeadLetters.Letter letter = letter(request);
    if (letter.replayed()) {
      throw ProblemException.of(
          409, "Replayed already", letter.position() + " was replayed before");
    }
    return letter;
  }

  /// Replays with a payload, and perhaps a path, that someone has mended.
  private void repair(ServerRequest request, ServerResponse response) throws IOException {
    DeadLetters.Letter letter = open(request);
    ObjectNode body = JsonBody.object(request);
    JsonNode payload = body.path("payload_text");
    JsonNode path = body.path("path");
    if (!payload.isTextual() && !(payload.isMissingNode() && path.isTextual())) {
      throw ProblemException.invalid("payload_text", "must be a text, unless path is given");
    }
    if (!path.isMissingNode() && (!path.isTextual() || path.textValue().isBlank())) {
      throw ProblemException.invalid("path", "must be an MQTT topic or a path");
    }
    letters.repair(
        letter,
        payload.isTextual()
            ? payload.textValue().getBytes(StandardCharsets.UTF_8)
            : letter.payload(),
        path.isTextual() ? path.textValue() : letter.path());
    sendReplayed(response, List.of(letter.position()));
  }

  private void replayMany(ServerRequest request, ServerResponse response) throws IOException {
    Predicate<DeadLetters.Letter> filter = filter(request, "limit");
    sendReplayed(response, letters.replay(filter, limit(request, REPLAY_MAX, REPLAY_MAX)));
  }

  private DeadLetters.Letter letter(ServerRequest request) {
    String position = request.path().pathParameters().get("position");
    return letters
        .find(position)
        .orElseThrow(() -> ProblemException.notFound("no dead letter at " + position));
  }

  /// @param others what the request may say besides the filters
  private static Predicate<DeadLetters.Letter> filter(ServerRequest request, String... others) {
    List<String> known = Stream.concat(FILTERS.stream(), Stream.of(others)).toList();
    for (String name : request.query().names()) {
      if (!known.contains(name)) {
        throw ProblemException.invalid(name, "unknown parameter; known are " + known);
      }
    }
    String reason = request.query().first("reason").orElse("");
    String family = request.query().first("family").orElse("");
    String device = request.query().first("device").orElse("");
    String replayed = request.query().first("replayed").orElse("");
    if (!Set.of("", "true", "false").contains(replayed)) {
      throw ProblemException.invalid("replayed", "must be true or false");
    }
    return letter ->
        matches(reason, letter.reason())
            && matches(family, letter.family())
            && matches(device, letter.device() == null ? "" : letter.device())
            && matches(replayed, Boolean.toString(letter.replayed()));
  }

  private static boolean matches(String wanted, String actual) {
    return wanted.isEmpty() || wanted.equals(actual);
  }

  private static int limit(ServerRequest request, int usual, int most) {
    String text = request.query().first("limit").orElse(Integer.toString(usual));
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= most) {
        return limit;
      }
    } catch (NumberFormatException notANumber) {
      throw ProblemException.invalid("limit", "must be a whole number");
    }
    throw ProblemException.invalid("limit", "must be 1 to " + most);
  }

  private static void writeFacts(JsonGenerator json, DeadLetters.Letter letter) throws IOException {
    json.writeStringField("position", letter.position());
    json.writeStringField("event_id", letter.eventId());
    json.writeStringField("device_id", letter.device());
    json.writeStringField("family", letter.family());
    json.writeStringField("reason", letter.reason());
    json.writeStringField("detail", letter.detail());
    json.writeStringField("door", letter.door());
    json.writeStringField("path", letter.path());
    json.writeStringField("origin", letter.origin());
    json.writeStringField("received_at", Instant.ofEpochMilli(letter.receivedMillis()).toString());
    json.writeBooleanField("replayed", letter.replayed());
    json.writeNumberField("payload_bytes", letter.payload().length);
  }

  private static void writeText(JsonGenerator json, byte[] payload) throws IOException {
    try {
      json.writeStringField(
          "payload_text",
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString());
    } catch (CharacterCodingException notText) {
      json.writeNullField("payload_text");
    }
  }

  private static void sendReplayed(ServerResponse response, List<String> positions)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeNumberField("replayed", positions.size());
      json.writeArrayFieldStart("positions");
      for (String position : positions) {
        json.writeString(position);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    send(response, out);
  }

  private static void send(ServerResponse response, ByteArrayOutputStream out) {
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(out.toByteArray());
  }
}
