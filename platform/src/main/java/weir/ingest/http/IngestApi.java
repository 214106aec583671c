package weir.ingest.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.common.media.type.MediaTypes;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.Door;
import weir.event.EventId;
import weir.event.Problem;
import weir.event.ProblemException;
import weir.event.RawMessage;
import weir.ingest.Intake;
import weir.ingest.Refusal;
import weir.ingest.TopicOwners;

/// The HTTP door: `POST /ingest` for sensors, `POST /ingest/{topic}` for any declared dialect.
///
/// Answers only after the append is durable. A request is accepted whole or refused whole. Runs on
/// the web server's virtual threads; a request waits at most [#ANSWER_SECONDS] for the log.
public final class IngestApi implements HttpService {

  static final int ANSWER_SECONDS = 10;
  private static final HeaderName IDEMPOTENCY_KEY = HeaderNames.create("Idempotency-Key");
  private static final HeaderName TRACE = HeaderNames.create(weir.event.HeaderNames.TRACE);
  private static final JsonFactory JSON = new JsonFactory();

  private final Intake intake;
  private final HttpDoorSettings settings;
  private final Senders senders;
  private final TopicOwners owners;
  private final InstantSource clock;
  private final SubmissionReader reader;

  public IngestApi(
      Intake intake,
      HttpDoorSettings settings,
      Senders senders,
      TopicOwners owners,
      InstantSource clock) {
    this.intake = intake;
    this.settings = settings;
    this.senders = senders;
    this.owners = owners;
    this.clock = clock;
    this.reader = new SubmissionReader(settings.eventsPerRequestMax());
  }

  @Override
  public void routing(HttpRules rules) {
    rules.post("/ingest", this::ingest).post("/ingest/{+topic}", this::publish);
  }

  private void ingest(ServerRequest request, ServerResponse response) {
    String mediaType = mediaType(request, "application/json", "application/x-ndjson");
    Sender sender = senders.of(request);
    byte[] body = body(request);
    SubmissionReader.Outcome outcome = reader.read(body, mediaType.equals("application/x-ndjson"));
    List<Problem.Field> errors = new ArrayList<>(outcome.errors());
    Optional<EventId> key = idempotencyKey(request, outcome, errors);
    if (!errors.isEmpty()) {
      throw new ProblemException(Problem.invalid(errors));
    }
    String trace = request.headers().first(TRACE).orElse(null);
    List<RawMessage> messages = messages(outcome.submissions(), key, sender, trace);
    append(messages);
    answer(response, messages, outcome.several());
  }

  private List<RawMessage> messages(
      List<Submission> submissions, Optional<EventId> key, Sender sender, @Nullable String trace) {
    List<RawMessage> messages = new ArrayList<>(submissions.size());
    for (Submission submission : submissions) {
      sender.mustSpeakFor(submission.device());
      EventId id = submission.given();
      if (id == null) {
        id = key.orElseGet(() -> EventId.fresh(clock));
      }
      messages.add(message(id, submission.device(), "/ingest", submission.payload(), trace));
    }
    return messages;
  }

  private RawMessage message(
      EventId id, DeviceId device, String path, byte[] payload, @Nullable String trace) {
    return new RawMessage(id, device, Door.HTTP, path, 1, clock.instant(), payload, trace);
  }

  /// What a device would publish to an MQTT topic, sent over HTTP: the path after `/ingest/`.
  private void publish(ServerRequest request, ServerResponse response) {
    Sender sender = senders.of(request);
    String topic = request.path().pathParameters().get("topic");
    DeviceId device = owners.ownerOf(topic);
    if (device == null) {
      throw new ProblemException(
          Problem.of(404, "Unknown topic", "no dialect reads the topic " + topic));
    }
    sender.mustSpeakFor(device);
    byte[] body = body(request);
    List<Problem.Field> errors = new ArrayList<>();
    EventId id = headerId(request, errors).orElseGet(() -> EventId.fresh(clock));
    if (!errors.isEmpty()) {
      throw new ProblemException(Problem.invalid(errors));
    }
    String trace = request.headers().first(TRACE).orElse(null);
    List<RawMessage> messages = List.of(message(id, device, topic, body, trace));
    append(messages);
    answer(response, messages, false);
  }

  private static Optional<EventId> headerId(ServerRequest request, List<Problem.Field> errors) {
    Optional<String> text = request.headers().first(IDEMPOTENCY_KEY);
    Optional<EventId> id = text.flatMap(EventId::parse);
    if (text.isPresent() && id.isEmpty()) {
      errors.add(
          new Problem.Field("Idempotency-Key", "must be 1 to 128 characters of [A-Za-z0-9._:-]"));
    }
    return id;
  }

  private static Optional<EventId> idempotencyKey(
      ServerRequest request, SubmissionReader.Outcome outcome, List<Problem.Field> errors) {
    Optional<EventId> key = headerId(request, errors);
    if (key.isEmpty()) {
      return key;
    }
    if (outcome.several()) {
      errors.add(
          new Problem.Field(
              "Idempotency-Key", "is for one event; give each of several its event_id"));
    } else if (!outcome.submissions().isEmpty()) {
      EventId given = outcome.submissions().getFirst().given();
      if (given != null && !given.equals(key.get())) {
        errors.add(new Problem.Field("event_id", "differs from the Idempotency-Key"));
      }
    }
    return key;
  }

  private String mediaType(ServerRequest request, String... allowed) {
    if (request.headers().contains(HeaderNames.CONTENT_ENCODING)) {
      throw new ProblemException(
          Problem.of(415, "Unsupported media type", "compressed bodies are not read"));
    }
    String given =
        request
            .headers()
            .contentType()
            .map(type -> type.mediaType().text().toLowerCase(Locale.ROOT))
            .orElse("none");
    for (String type : allowed) {
      if (given.equals(type)) {
        return type;
      }
    }
    throw new ProblemException(
        Problem.of(
            415,
            "Unsupported media type",
            "Content-Type is " + given + "; send " + String.join(" or ", allowed)));
  }

  /// Reads the body, never more than the limit: a longer one is refused by its length, or where it
  /// passes the limit.
  private byte[] body(ServerRequest request) {
    int limit = settings.bodyBytesMax();
    if (request.headers().contentLength().orElse(0) > limit) {
      throw tooLarge(limit);
    }
    if (!request.content().hasEntity()) {
      return new byte[0];
    }
    try (InputStream in = request.content().inputStream()) {
      byte[] body = in.readNBytes(limit + 1);
      if (body.length > limit) {
        throw tooLarge(limit);
      }
      return body;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ProblemException tooLarge(int limit) {
    return refused(
        intake.refuse(Refusal.Kind.TOO_LARGE, "the body is longer than " + limit + " bytes"));
  }

  /// Returns when every message is durable.
  private void append(List<RawMessage> messages) {
    if (!intake.hasRoom()) {
      throw refused(intake.refuse(Refusal.Kind.BUSY, "too many messages are waiting for the log"));
    }
    admit(messages);
    CompletableFuture<Optional<Refusal>> answer = new CompletableFuture<>();
    intake.acceptAll(messages, refusal -> answer.complete(Optional.ofNullable(refusal)));
    Optional<Refusal> refusal = await(answer);
    if (refusal.isPresent()) {
      throw refused(refusal.get());
    }
  }

  private void admit(List<RawMessage> messages) {
    Map<DeviceId, Integer> shares = new HashMap<>();
    for (RawMessage message : messages) {
      shares.merge(Objects.requireNonNull(message.device()), 1, Integer::sum);
    }
    Refusal refusal = intake.admit(shares);
    if (refusal != null) {
      throw refused(refusal);
    }
  }

  private static Optional<Refusal> await(CompletableFuture<Optional<Refusal>> answer) {
    Refusal late = new Refusal(Refusal.Kind.LOG_UNAVAILABLE, "the log did not answer in time");
    try {
      return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      return Optional.of(late);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(late);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the intake answers every message", e);
    }
  }

  private static ProblemException refused(Refusal refusal) {
    return new ProblemException(
        switch (refusal.kind()) {
          case TOO_LARGE -> Problem.of(413, "Too large", refusal.detail());
          case OVER_QUOTA -> Problem.of(429, "Too many requests", refusal.detail());
          case BUSY, LOG_UNAVAILABLE -> Problem.of(503, "Not now", refusal.detail());
        });
  }

  private static void answer(ServerResponse response, List<RawMessage> messages, boolean several) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(128);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField(
          "message", several ? "Events stored + enqueued" : "Event stored + enqueued");
      if (several) {
        json.writeNumberField("accepted", messages.size());
        json.writeArrayFieldStart("event_ids");
        for (RawMessage message : messages) {
          json.writeString(message.id().value());
        }
        json.writeEndArray();
      } else {
        json.writeStringField("event_id", messages.getFirst().id().value());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    response
        .status(Status.ACCEPTED_202)
        .header(HeaderNames.CONTENT_TYPE, MediaTypes.APPLICATION_JSON.text());
    response.send(out.toByteArray());
  }
}
