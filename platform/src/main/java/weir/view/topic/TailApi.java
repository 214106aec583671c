package weir.view.topic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import weir.event.ProblemException;
import weir.log.EventLog;
import weir.log.LogRecord;
import weir.log.Topic;

/// `GET /api/topics/{topic}/tail`: what is appended from now on, as server-sent events
/// (`message`, `skipped`). Reads at the pace of its browser, [#READ_MAX] records a beat, of
/// which it shows [#SHOWN_MAX]; every record that is not shown though it matches, or was not
/// even read, is told as a number. At most [#TAILS_MAX] at a time; each is served by the
/// virtual thread of its request.
public final class TailApi implements HttpService, AutoCloseable {

  static final int TAILS_MAX = 8;
  static final int READ_MAX = 2_000;
  static final int SHOWN_MAX = 25;

  private static final JsonFactory JSON = new JsonFactory();
  private static final Duration BEAT = Duration.ofMillis(300);
  private static final Duration SILENCE_MAX = Duration.ofSeconds(10);

  private final EventLog log;
  private final Semaphore places = new Semaphore(TAILS_MAX);
  private final Semaphore closing = new Semaphore(0);

  public TailApi(EventLog log) {
    this.log = log;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/api/topics/{topic}/tail", this::tail);
  }

  private void tail(ServerRequest request, ServerResponse response) throws IOException {
    Topic topic = TopicQuery.topic(request);
    if (!log.topics().contains(topic)) {
      throw ProblemException.notFound("there is no such topic");
    }
    RecordSearch search = TopicQuery.read(request).search();
    if (!places.tryAcquire()) {
      throw ProblemException.of(503, "Too many watch", "too many tails are open");
    }
    response.header(HeaderNames.CONTENT_TYPE, "text/event-stream");
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    try (Tail tail = new Tail(log, topic);
        OutputStream out = response.outputStream()) {
      write(out, "retry: 1000\n\n");
      follow(tail, search, out);
    } catch (IOException gone) {
      // The browser has left; there is nobody to tell.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      places.release();
    }
  }

  private void follow(Tail tail, RecordSearch search, OutputStream out)
      throws IOException, InterruptedException {
    long silentSince = System.nanoTime();
    while (!closing.tryAcquire(BEAT.toMillis(), TimeUnit.MILLISECONDS)) {
      String events = events(tail.read(READ_MAX), search);
      if (!events.isEmpty()) {
        write(out, events);
        silentSince = System.nanoTime();
      } else if (System.nanoTime() - silentSince > SILENCE_MAX.toNanos()) {
        write(out, ": still here\n\n");
        silentSince = System.nanoTime();
      }
    }
    closing.release();
  }

  private static String events(Tail.Read read, RecordSearch search) throws IOException {
    List<LogRecord> matching = new ArrayList<>();
    for (LogRecord record : read.records()) {
      if (search.finds(record)) {
        matching.add(record);
      }
    }
    int first = Math.max(0, matching.size() - SHOWN_MAX);
    StringBuilder events = new StringBuilder();
    if (first + read.skipped() > 0) {
      events.append("event: skipped\ndata: ").append(first + read.skipped()).append("\n\n");
    }
    for (LogRecord record : matching.subList(first, matching.size())) {
      StringWriter line = new StringWriter(1_024);
      try (JsonGenerator json = JSON.createGenerator(line)) {
        RecordJson.preview(json, record);
      }
      events.append("event: message\ndata: ").append(line).append("\n\n");
    }
    return events.toString();
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /// Ends every tail.
  @Override
  public void close() {
    closing.release();
  }
}
