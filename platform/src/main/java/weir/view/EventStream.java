package weir.view;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import weir.event.ProblemException;
import weir.view.console.SessionCookie;
import weir.view.console.Sessions;
import weir.view.topic.Cursor;

/// Server-sent events to one browser, written by the thread of its request in pieces of
/// [#PIECE_BYTES]. Who does not take a piece for as long as the stall limit is cut off, so that it
/// does not keep a place for ever; who reads slowly is not.
///
/// The last event of each [#send] carries a place. A browser that lost the connection comes
/// again with the last place that it was told, in the header `Last-Event-ID` or the parameter
/// `after`, so that it can be told what it missed.
public final class EventStream implements AutoCloseable {

  /// After so long without an event something is to be sent, so that both ends notice when the
  /// other is gone.
  public static final Duration SILENCE_MAX = Duration.ofSeconds(10);

  /// The usual stall limit.
  public static final Duration STALL_MAX = Duration.ofSeconds(30);

  private static final int PIECE_BYTES = 16 * 1024;

  private static final HeaderName BUFFERING = HeaderNames.create("X-Accel-Buffering");
  private static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");

  private static final int LOOKS_PER_STALL = 6;
  private static final long RESTING = 0;

  private final OutputStream out;
  private final BooleanSupplier welcome;
  private final Duration stallMax;
  private final StringBuilder pending = new StringBuilder();
  private final Thread writer = Thread.currentThread();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicLong writingSince = new AtomicLong(RESTING);

  private EventStream(OutputStream out, BooleanSupplier welcome, Duration stallMax) {
    this.out = out;
    this.welcome = welcome;
    this.stallMax = stallMax;
    Thread.ofVirtual().name("event-stream-watch").start(this::watch);
  }

  /// Interrupts a write that gets nowhere; that closes the connection.
  private void watch() {
    long look = stallMax.dividedBy(LOOKS_PER_STALL).toMillis();
    try {
      while (!closed.await(look, TimeUnit.MILLISECONDS)) {
        long since = writingSince.get();
        if (since != RESTING && System.nanoTime() - since > stallMax.toNanos()) {
          writer.interrupt();
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// @param stallMax how long a write may get nowhere
  public static EventStream open(
      ServerRequest request, ServerResponse response, Sessions sessions, Duration stallMax)
      throws IOException {
    response.header(HeaderNames.CONTENT_TYPE, "text/event-stream");
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    response.header(BUFFERING, "no");
    EventStream stream =
        new EventStream(
            response.outputStream(), SessionCookie.lasting(request, sessions), stallMax);
    stream.write("retry: 1000\n\n");
    return stream;
  }

  /// Where the browser was when it lost the connection, by number of the partition; empty when
  /// it comes for the first time.
  public static Map<Integer, Long> after(ServerRequest request) {
    String parameter = request.query().first("after").orElse("");
    return Cursor.parse(request.headers().first(LAST_EVENT_ID).orElse(parameter))
        .orElseThrow(() -> ProblemException.invalid("after", "must be the id of an event"));
  }

  /// Whether who opened the stream is still signed in.
  public boolean isWelcome() {
    return welcome.getAsBoolean();
  }

  /// Adds an event of one line to those that are sent next.
  public void add(String name, String line) {
    if (!pending.isEmpty()) {
      pending.append('\n');
    }
    pending.append("event: ").append(name).append("\ndata: ").append(line).append('\n');
  }

  public boolean isEmpty() {
    return pending.isEmpty();
  }

  /// Sends what was added; when that is nothing, a sign of life.
  public void send(String place) throws IOException {
    if (pending.isEmpty()) {
      add("here", "0");
    }
    if (!place.isEmpty()) {
      pending.append("id: ").append(place).append('\n');
    }
    String events = pending.append('\n').toString();
    pending.setLength(0);
    write(events);
  }

  private void write(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int start = 0; start < bytes.length; start += PIECE_BYTES) {
      // Whatever the clock shows, zero is left for rest.
      writingSince.set(System.nanoTime() | 1);
      out.write(bytes, start, Math.min(PIECE_BYTES, bytes.length - start));
      out.flush();
    }
    writingSince.set(RESTING);
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    out.close();
  }
}
