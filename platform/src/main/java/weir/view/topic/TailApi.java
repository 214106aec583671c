package weir.view.topic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import weir.event.ProblemException;
import weir.log.EventLog;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Topic;
import weir.view.EventStream;
import weir.view.console.Sessions;

/// `GET /api/topics/{topic}/tail`: what is appended from now on, as server-sent events
/// (`message`, `skipped`). Reads at the pace of its browser, [#READ_MAX] records a beat, of
/// which it shows [#SHOWN_MAX]; every record that is not shown though it matches, or was not
/// even read, is told as a number. Who lost the connection goes on where it was. At most
/// [#TAILS_MAX] at a time; each is served by the virtual thread of its request, and ends when
/// the log cannot be read.
public final class TailApi implements HttpService, AutoCloseable {

  static final int TAILS_MAX = 8;
  static final int READ_MAX = 2_000;
  static final int SHOWN_MAX = 25;

  private static final JsonFactory JSON = new JsonFactory();
  private static final Duration BEAT = Duration.ofMillis(300);

  private final EventLog log;
  private final Sessions sessions;
  private final Duration stallMax;
  private final Semaphore places = new Semaphore(TAILS_MAX);
  private final Semaphore closing = new Semaphore(0);

  /// @param stallMax who reads nothing for so long is cut off
  public TailApi(EventLog log, Sessions sessions, Duration stallMax) {
    this.log = log;
    this.sessions = sessions;
    this.stallMax = stallMax;
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
    TopicQuery query = TopicQuery.read(request);
    try (Tail tail = new Tail(log, topic, query.partition())) {
      tail.from(EventStream.after(request));
      if (!places.tryAcquire()) {
        throw ProblemException.of(503, "Too many watch", "too many tails are open");
      }
      try (EventStream out = EventStream.open(request, response, sessions, stallMax)) {
        follow(tail, query.search(), out);
      } catch (IOException | LogException gone) {
        // The browser has left, or comes again and tells where it was.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        places.release();
      }
    }
  }

  private void follow(Tail tail, RecordSearch search, EventStream out)
      throws IOException, InterruptedException {
    add(out, tail.read(READ_MAX), search);
    // At once, so that the browser knows from when on it sees everything.
    out.send(tail.place());
    long silentSince = System.nanoTime();
    while (!closing.tryAcquire(BEAT.toMillis(), TimeUnit.MILLISECONDS)) {
      if (!out.isWelcome()) {
        return;
      }
      add(out, tail.read(READ_MAX), search);
      if (!out.isEmpty() || System.nanoTime() - silentSince > EventStream.SILENCE_MAX.toNanos()) {
        out.send(tail.place());
        silentSince = System.nanoTime();
      }
    }
    closing.release();
  }

  private static void add(EventStream out, Tail.Read read, RecordSearch search) throws IOException {
    List<LogRecord> matching = read.records().stream().filter(search::finds).toList();
    int first = Math.max(0, matching.size() - SHOWN_MAX);
    if (first + read.skipped() > 0) {
      out.add("skipped", Long.toString(first + read.skipped()));
    }
    for (LogRecord record : matching.subList(first, matching.size())) {
      StringWriter line = new StringWriter(1_024);
      try (JsonGenerator json = JSON.createGenerator(line)) {
        RecordJson.preview(json, record);
      }
      out.add("message", line.toString());
    }
  }

  /// Ends every tail.
  @Override
  public void close() {
    closing.release();
  }
}
