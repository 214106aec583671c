package weir.subscriber.delivery;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Looks names up on threads of its own: a look-up cannot be interrupted, and on a virtual thread
/// it would hold one of the few that carry all of them. Whoever asks waits no longer than they
/// want, whatever the name server does. Safe for use by many threads.
///
/// A name is looked up once at a time, for all who ask, and none waits for another to be done: so
/// names that hang hold up only those who ask for them.
final class NameLookup {

  /// As many names as can hang at once without harm: a thread that waits costs little.
  static final int THREADS_MAX = 1_024;

  private static final long IDLE_SECONDS = 10;

  private final Source source;
  private final Map<String, FutureTask<InetAddress[]>> running = new ConcurrentHashMap<>();
  private final ThreadPoolExecutor threads;

  /// Says what a name stands for.
  @FunctionalInterface
  interface Source {
    InetAddress[] addresses(String host) throws UnknownHostException;
  }

  NameLookup(Source source, int threadsMax) {
    this.source = source;
    this.threads =
        new ThreadPoolExecutor(
            0,
            threadsMax,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("name-lookup-", 0).factory());
  }

  /// @throws SocketTimeoutException when that takes longer than the limit
  /// @throws CrowdedException when too many other names are being looked up
  InetAddress[] addresses(String host, Duration limit) throws IOException {
    FutureTask<InetAddress[]> asked = ask(host);
    try {
      return asked.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new SocketTimeoutException("the name was not looked up in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    } catch (CancellationException e) {
      throw new CrowdedException("too many names are being looked up");
    } catch (ExecutionException e) {
      throw new UnknownHostException(host);
    }
  }

  /// The look-up of a name that is under way, or a new one; cancelled when there is no thread.
  private FutureTask<InetAddress[]> ask(String host) {
    FutureTask<InetAddress[]> fresh = new FutureTask<>(() -> look(host));
    FutureTask<InetAddress[]> asked = running.putIfAbsent(host, fresh);
    if (asked != null) {
      return asked;
    }
    try {
      threads.execute(fresh);
    } catch (RejectedExecutionException e) {
      boolean _ = running.remove(host, fresh);
      boolean _ = fresh.cancel(false);
    }
    return fresh;
  }

  private InetAddress[] look(String host) throws UnknownHostException {
    try {
      return source.addresses(host);
    } finally {
      FutureTask<InetAddress[]> _ = running.remove(host);
    }
  }
}
