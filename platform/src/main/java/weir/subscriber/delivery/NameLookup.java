package weir.subscriber.delivery;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Looks names up on threads of its own: a look-up cannot be interrupted, and on a virtual thread
/// it would hold one of the few that carry all of them. Whoever asks waits no longer than they
/// want, whatever the name server does. Safe for use by many threads.
final class NameLookup {

  private static final int THREADS = 64;
  private static final int WAITING_MAX = 4_096;
  private static final long IDLE_SECONDS = 10;

  private final Source source;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(WAITING_MAX),
          Thread.ofPlatform().daemon().name("name-lookup-", 0).factory());

  /// Says what a name stands for.
  @FunctionalInterface
  interface Source {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  NameLookup(Source source) {
    this.source = source;
    threads.allowCoreThreadTimeOut(true);
  }

  /// @throws SocketTimeoutException when that takes longer than the limit
  InetAddress[] addresses(String host, Duration limit) throws IOException {
    Future<InetAddress[]> asked;
    try {
      asked = threads.submit(() -> source.addresses(host));
    } catch (RejectedExecutionException e) {
      throw new SocketTimeoutException("too many names are being looked up");
    }
    try {
      return asked.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      boolean _ = asked.cancel(true);
      throw new SocketTimeoutException("the name was not looked up in time");
    } catch (InterruptedException e) {
      boolean _ = asked.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    } catch (ExecutionException e) {
      throw new UnknownHostException(host);
    }
  }
}
