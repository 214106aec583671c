package weir.examples.crm;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// Tells open pages, by server-sent events, that something has changed. Each page is followed by
/// its own virtual thread; at most 100 of them.
final class Live implements AutoCloseable {

  private static final int PAGES_MAX = 100;
  private static final long HEARTBEAT_MILLIS = 15_000;

  private long changes;
  private int pages;
  private boolean closed;

  synchronized void changed() {
    changes++;
    notifyAll();
  }

  void follow(ServerResponse response) {
    if (!enter()) {
      response.status(503).send();
      return;
    }
    response.header(HeaderNames.CONTENT_TYPE, "text/event-stream");
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    try (OutputStream out = response.outputStream()) {
      for (long seen = -1; seen != Long.MAX_VALUE; ) {
        long now = next(seen);
        String line = now == seen ? ": still here\n\n" : "data: " + now + "\n\n";
        out.write(line.getBytes(StandardCharsets.US_ASCII));
        out.flush();
        seen = isClosed() ? Long.MAX_VALUE : now;
      }
    } catch (IOException | UncheckedIOException pageClosed) {
      // The reader has gone; there is nobody to tell.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      leave();
    }
  }

  private synchronized boolean enter() {
    boolean room = pages < PAGES_MAX && !closed;
    pages += room ? 1 : 0;
    return room;
  }

  private synchronized void leave() {
    pages--;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /// Waits until there are more changes than were seen, at most until the next heartbeat.
  private synchronized long next(long seen) throws InterruptedException {
    long end = System.nanoTime() + HEARTBEAT_MILLIS * 1_000_000;
    long left = HEARTBEAT_MILLIS;
    while (changes == seen && !closed && left > 0) {
      wait(left);
      left = (end - System.nanoTime()) / 1_000_000;
    }
    return changes;
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
