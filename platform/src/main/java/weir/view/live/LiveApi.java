package weir.view.live;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import weir.event.ProblemException;
import weir.subscriber.Applications;
import weir.view.EventStream;
import weir.view.console.Sessions;

/// `GET /api/live`: figures and sampled messages as server-sent events (`figures`, `message`,
/// `sampled`, `missed`, `skipped`); `GET /api/live/history`: messages per second over
/// the last minutes.
///
/// With `application` only messages of the device types that it registered for are sent, and
/// no figures; the choice is made here, not in the browser. Each stream is served by the
/// virtual thread of its request.
public final class LiveApi implements HttpService {

  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<String> PARAMETERS =
      Set.of("application", "device", "kind", "messages", "figures", "after");

  /// Steps of each window, in seconds, so that a chart has about 150 points.
  private static final Map<Integer, Integer> STEPS = Map.of(5, 2, 10, 4, 30, 12, 60, 24, 120, 48);

  private final LiveFeed feed;
  private final Applications applications;
  private final Sessions sessions;
  private final InstantSource clock;

  public LiveApi(LiveFeed feed, Applications applications, Sessions sessions, InstantSource clock) {
    this.feed = feed;
    this.applications = applications;
    this.sessions = sessions;
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/api/live", this::stream).get("/api/live/history", this::history);
  }

  private void stream(ServerRequest request, ServerResponse response) throws IOException {
    Wish wish = wish(request);
    Watcher watcher =
        feed.watch(wish, EventStream.after(request))
            .orElseThrow(
                () -> ProblemException.of(503, "Too many watch", "too many streams are open"));
    try (EventStream out = EventStream.open(request, response, sessions, EventStream.STALL_MAX)) {
      send(watcher, out, request);
    } catch (IOException gone) {
      // The browser has left; there is nobody to tell.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      feed.leave(watcher);
    }
  }

  /// Ends when who watches is signed out, or when an application has registered for other
  /// device types or is there no more; its browser then comes again.
  private void send(Watcher watcher, EventStream out, ServerRequest request)
      throws IOException, InterruptedException {
    while (true) {
      Watcher.Delivery delivery = watcher.take(EventStream.SILENCE_MAX);
      if (delivery.over() || !out.isWelcome() || isOther(watcher.wish(), request)) {
        return;
      }
      add(out, delivery);
      out.send(delivery.place());
    }
  }

  private boolean isOther(Wish wish, ServerRequest request) {
    String id = parameter(request, "application");
    return id != null && !typesOf(id).equals(Optional.ofNullable(wish.types()));
  }

  private static void add(EventStream out, Watcher.Delivery delivery) {
    String figures = delivery.figures();
    if (figures != null) {
      out.add("figures", figures);
    }
    addCount(out, "missed", delivery.missed());
    addCount(out, "skipped", delivery.skipped());
    addCount(out, "sampled", delivery.sampledOut());
    delivery.messages().forEach(message -> out.add("message", message));
  }

  private static void addCount(EventStream out, String name, long count) {
    if (count > 0) {
      out.add(name, Long.toString(count));
    }
  }

  private Wish wish(ServerRequest request) {
    for (String name : request.query().names()) {
      if (!PARAMETERS.contains(name)) {
        throw ProblemException.invalid(name, "is not a known parameter");
      }
    }
    Set<String> types = types(request);
    boolean figures = types == null && !"false".equals(parameter(request, "figures"));
    return new Wish(
        types,
        parameter(request, "device"),
        parameter(request, "kind"),
        messages(request),
        figures);
  }

  private static Wish.Messages messages(ServerRequest request) {
    String form = parameter(request, "messages");
    for (Wish.Messages messages : Wish.Messages.values()) {
      if (form == null || messages.name().toLowerCase(Locale.ROOT).equals(form)) {
        return messages;
      }
    }
    throw ProblemException.invalid("messages", "must be enriched, raw or none");
  }

  /// The device types of the application that is asked for; null when none is.
  private @Nullable Set<String> types(ServerRequest request) {
    String id = parameter(request, "application");
    return id == null
        ? null
        : typesOf(id).orElseThrow(() -> ProblemException.notFound("there is no such application"));
  }

  private Optional<Set<String>> typesOf(String application) {
    return applications.find(application).map(found -> Set.copyOf(found.deviceTypes()));
  }

  private static @Nullable String parameter(ServerRequest request, String name) {
    String text = request.query().first(name).orElse("");
    return text.isEmpty() ? null : text;
  }

  private void history(ServerRequest request, ServerResponse response) throws IOException {
    int minutes = minutes(request);
    int step = STEPS.getOrDefault(minutes, 2);
    List<RateHistory.Point> points =
        feed.history()
            .window(Duration.ofMinutes(minutes), Duration.ofSeconds(step), clock.millis());
    ByteArrayOutputStream out = new ByteArrayOutputStream(8_192);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeNumberField("minutes", minutes);
      json.writeNumberField("step_seconds", step);
      json.writeStringField("to", Instant.ofEpochMilli(clock.millis()).toString());
      json.writeArrayFieldStart("times");
      for (RateHistory.Point point : points) {
        json.writeNumber(point.startMillis() / 1_000);
      }
      json.writeEndArray();
      writeRates(json, "raw", points, RateHistory.Rates::raw);
      writeRates(json, "enriched", points, RateHistory.Rates::enriched);
      writeRates(json, "stored", points, RateHistory.Rates::stored);
      writeRates(json, "set_aside", points, RateHistory.Rates::setAside);
      writeRates(json, "trends", points, RateHistory.Rates::trends);
      json.writeEndObject();
    }
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(out.toByteArray());
  }

  private static int minutes(ServerRequest request) {
    String text = request.query().first("minutes").orElse("5");
    for (int minutes : STEPS.keySet()) {
      if (text.equals(Integer.toString(minutes))) {
        return minutes;
      }
    }
    throw ProblemException.invalid("minutes", "must be 5, 10, 30, 60 or 120");
  }

  private static void writeRates(
      JsonGenerator json,
      String name,
      List<RateHistory.Point> points,
      ToDoubleFunction<RateHistory.Rates> rate)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (RateHistory.Point point : points) {
      json.writeNumber(Math.round(rate.applyAsDouble(point.rates()) * 100) / 100.0);
    }
    json.writeEndArray();
  }
}
