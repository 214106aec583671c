package weir.subscriber.delivery;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import weir.subscriber.Endpoint;

/// Serves one lane once: sends its oldest events, several at once when the endpoint takes that,
/// until they are done, the endpoint fails or the lease nears its end.
///
/// An ordered endpoint gets the events of one device one after the other; what fails holds up
/// what comes behind it.
final class LaneRun {

  private static final int EVENTS_MIN = 4;
  private static final int EVENTS_MAX = 32;

  /// What all runs share.
  record Means(
      LaneStore store,
      Sender sender,
      Semaphore sockets,
      Duration lease,
      Duration disableAfter,
      InstantSource clock) {}

  private final Means means;
  private final Claim claim;
  private final Endpoint endpoint;
  private final Health health;
  private final Instant leaseEnd;
  private final Deque<Deque<List<Pending>>> streams = new ArrayDeque<>();
  private final List<Report.Sent> attempts = new ArrayList<>();
  private final List<Long> delivered = new ArrayList<>();
  private final List<Report.Refusal> refused = new ArrayList<>();
  private final List<Long> parked = new ArrayList<>();
  private Next next = new Next.Ready();
  private Report.Aftermath aftermath = Report.Aftermath.NOTHING;
  private boolean stopped;

  LaneRun(Means means, Claim claim, Endpoint endpoint, Health health) {
    this.means = means;
    this.claim = claim;
    this.endpoint = endpoint;
    this.health = health;
    this.leaseEnd = means.clock.instant().plus(means.lease);
  }

  Report run() throws InterruptedException {
    int slots = health.limit(endpoint.options().inFlightMax());
    List<Pending> events = means.store.load(claim, room(slots), means.clock.instant());
    sort(events);
    int workers = Math.min(slots, streams.size());
    List<Thread> threads = new ArrayList<>();
    for (int i = 1; i < workers; i++) {
      threads.add(Thread.ofVirtual().name("webhook").start(this::work));
    }
    work();
    for (Thread thread : threads) {
      thread.join();
    }
    return report();
  }

  private int room(int slots) {
    if (health.isOpen()) {
      return 1;
    }
    return endpoint.options().format() == Endpoint.Format.CLOUDEVENTS_BATCH
        ? Message.BATCH_EVENTS_MAX
        : Math.clamp(slots * 4L, EVENTS_MIN, EVENTS_MAX);
  }

  /// Lays the events out in streams that may go side by side, each of messages that may not.
  private void sort(List<Pending> events) {
    if (endpoint.options().format() == Endpoint.Format.CLOUDEVENTS_BATCH && !events.isEmpty()) {
      streams.add(new ArrayDeque<>(batches(events)));
      return;
    }
    Map<Object, Deque<List<Pending>>> byKey = new LinkedHashMap<>();
    boolean ordered = endpoint.options().order() == Endpoint.Order.DEVICE;
    for (Pending event : events) {
      Object key = ordered ? event.device() : event.place();
      byKey.computeIfAbsent(key, any -> new ArrayDeque<>()).add(List.of(event));
    }
    streams.addAll(byKey.values());
  }

  private static List<List<Pending>> batches(List<Pending> events) {
    List<List<Pending>> batches = new ArrayList<>();
    List<Pending> batch = new ArrayList<>();
    int bytes = 0;
    for (Pending event : events) {
      if (!batch.isEmpty() && bytes + event.body().length > Message.BATCH_BYTES_MAX) {
        batches.add(batch);
        batch = new ArrayList<>();
        bytes = 0;
      }
      batch.add(event);
      bytes += event.body().length;
    }
    batches.add(batch);
    return batches;
  }

  /// What each of the threads does: takes a stream, sends it, takes the next one.
  private void work() {
    try {
      for (Deque<List<Pending>> stream = take(); stream != null; stream = take()) {
        boolean goesOn = true;
        while (goesOn && !stream.isEmpty()) {
          goesOn = send(stream.remove());
        }
      }
    } catch (InterruptedException | InterruptedIOException e) {
      stop();
      Thread.currentThread().interrupt();
    }
  }

  private synchronized @Nullable Deque<List<Pending>> take() {
    return stopped ? null : streams.poll();
  }

  private synchronized void stop() {
    stopped = true;
  }

  /// Sends one message; false when what comes behind it must wait.
  private boolean send(List<Pending> events) throws InterruptedException, InterruptedIOException {
    Attempt attempt;
    int most = endpoint.options().inFlightMax();
    health.begin(most);
    means.sockets.acquire();
    try {
      if (!mayGoOn()) {
        return false;
      }
      attempt = means.sender.send(endpoint, Message.of(endpoint.options().format(), events));
    } finally {
      means.sockets.release();
      health.end();
    }
    boolean isBatch = events.size() > 1 && attempt.verdict() instanceof Verdict.Refused;
    return isBatch ? sendEach(events) : judge(events, attempt, most);
  }

  /// One event of a batch is bad; sent alone, it shows.
  private boolean sendEach(List<Pending> events)
      throws InterruptedException, InterruptedIOException {
    for (Pending event : events) {
      if (!send(List.of(event))) {
        return false;
      }
    }
    return true;
  }

  private synchronized boolean mayGoOn() {
    Instant needed = means.clock.instant().plus(endpoint.options().timeout());
    stopped |= !health.admits(claim.lane()) || !needed.isBefore(leaseEnd);
    return !stopped;
  }

  private synchronized boolean judge(List<Pending> events, Attempt attempt, int most) {
    events.forEach(event -> attempts.add(new Report.Sent(event, attempt)));
    return switch (attempt.verdict()) {
      case Verdict.Delivered _ -> {
        events.forEach(event -> delivered.add(event.place()));
        works(attempt, most);
        yield true;
      }
      case Verdict.Refused _ -> {
        works(attempt, most);
        yield refuse(events.getFirst());
      }
      case Verdict.Failed(Duration retryAfter) -> {
        fail(retryAfter);
        yield false;
      }
      case Verdict.Gone _ -> {
        stopped = true;
        next = new Next.Held();
        aftermath = Report.Aftermath.GONE;
        yield false;
      }
    };
  }

  private void works(Attempt attempt, int most) {
    if (health.succeeded(attempt.millis(), most) && aftermath == Report.Aftermath.NOTHING) {
      aftermath = Report.Aftermath.HEALTH;
    }
  }

  private boolean refuse(Pending event) {
    Instant now = means.clock.instant();
    int refusals = event.refusals() + 1;
    Instant first = event.refusals() == 0 ? now : event.refusedSince();
    Optional<Duration> wait = RefusalPolicy.wait(endpoint.options(), refusals, first, now);
    if (wait.isEmpty()) {
      parked.add(event.place());
      return true;
    }
    Instant due = now.plus(wait.get());
    boolean ordered = endpoint.options().order() == Endpoint.Order.DEVICE;
    refused.add(new Report.Refusal(event.place(), refusals, first, ordered ? null : due));
    if (ordered) {
      next = new Next.At(due);
    }
    return !ordered;
  }

  private void fail(Duration retryAfter) {
    Instant now = means.clock.instant();
    stopped = true;
    if (aftermath == Report.Aftermath.GONE) {
      return;
    }
    next = new Next.At(health.failed(now, retryAfter));
    Health.Trouble trouble = health.trouble();
    boolean over =
        trouble != null && !now.isBefore(trouble.firstFailure().plus(means.disableAfter));
    aftermath = over ? Report.Aftermath.DISABLE : Report.Aftermath.HEALTH;
  }

  private synchronized Report report() {
    return new Report(claim, endpoint, attempts, delivered, refused, parked, next, aftermath);
  }
}
