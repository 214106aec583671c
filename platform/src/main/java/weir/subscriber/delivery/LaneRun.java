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
import org.jspecify.annotations.Nullable;
import weir.subscriber.Applications;
import weir.subscriber.Endpoint;
import weir.subscriber.Endpoints;

/// Serves one lane once: sends its oldest events, several at once when the endpoint takes that,
/// until they are done, the endpoint fails or the lease nears its end.
///
/// An ordered endpoint gets the events of one device one after the other; what fails holds up
/// what comes behind it. What its owner changes meanwhile is obeyed by the next request.
final class LaneRun {

  /// When a lane is tried again that could not be served for what others do.
  static final Duration CROWDED = Duration.ofSeconds(1);

  private static final int EVENTS_MIN = 4;
  private static final int EVENTS_MAX = 32;

  /// What all runs share.
  record Means(
      LaneStore store,
      Endpoints endpoints,
      Applications applications,
      Sender sender,
      Sockets sockets,
      Duration disableAfter,
      InstantSource clock) {}

  private final Means means;
  private final Claim claim;
  private final Endpoint endpoint;
  private final Health health;
  private final Deque<Deque<List<Pending>>> streams = new ArrayDeque<>();
  private final List<Report.Sent> attempts = new ArrayList<>();
  private final List<Long> delivered = new ArrayList<>();
  private final List<Report.Refusal> refused = new ArrayList<>();
  private final List<Long> parked = new ArrayList<>();
  private Endpoint judged;
  private Next next = new Next.Ready();
  private Report.Aftermath aftermath = Report.Aftermath.NOTHING;
  private boolean stopped;

  LaneRun(Means means, Claim claim, Endpoint endpoint, Health health) {
    this.means = means;
    this.claim = claim;
    this.endpoint = endpoint;
    this.judged = endpoint;
    this.health = health;
  }

  Report run() {
    int slots = health.limit(endpoint.options().inFlightMax());
    List<Pending> events = means.store.load(claim, room(slots), means.clock.instant());
    sort(events);
    int workers = Math.min(slots, streams.size());
    List<Thread> threads = new ArrayList<>();
    for (int i = 1; i < workers; i++) {
      threads.add(Thread.ofVirtual().name("webhook").start(this::work));
    }
    work();
    join(threads);
    return report();
  }

  /// Waits for the others. When this process is ending they are told to stop; what they have done
  /// until then counts.
  private static void join(List<Thread> threads) {
    boolean ending = false;
    int joined = 0;
    while (joined < threads.size()) {
      try {
        threads.get(joined).join();
        joined++;
      } catch (InterruptedException e) {
        ending = true;
        threads.forEach(Thread::interrupt);
      }
    }
    if (ending) {
      Thread.currentThread().interrupt();
    }
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
      int needed = Message.batchBytes(event);
      if (!batch.isEmpty() && bytes + needed > Message.BATCH_BYTES_MAX) {
        batches.add(batch);
        batch = new ArrayList<>();
        bytes = 0;
      }
      batch.add(event);
      bytes += needed;
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
    } catch (CrowdedException e) {
      postpone();
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

  private synchronized void postpone() {
    stopped = true;
    if (next instanceof Next.Ready) {
      next = new Next.At(means.clock.instant().plus(CROWDED));
    }
  }

  /// Sends one message; false when what comes behind it must wait.
  private boolean send(List<Pending> events)
      throws InterruptedException, InterruptedIOException, CrowdedException {
    if (!health.begin(endpoint.options().inFlightMax())) {
      postpone();
      return false;
    }
    try (Sockets.Permit _ = means.sockets.acquire(health)) {
      Optional<Endpoint> target = target();
      return target.isPresent() && send(events, target.get());
    } finally {
      health.end();
    }
  }

  private boolean send(List<Pending> events, Endpoint target)
      throws InterruptedException, InterruptedIOException, CrowdedException {
    Attempt attempt = means.sender.send(target, Message.of(target.options().format(), events));
    boolean isBatch = events.size() > 1 && attempt.verdict() instanceof Verdict.Refused;
    return isBatch ? sendEach(events) : judge(events, target, attempt);
  }

  /// One event of a batch is bad; sent alone, one after the other in the place of the batch, it
  /// shows.
  private boolean sendEach(List<Pending> events)
      throws InterruptedException, InterruptedIOException, CrowdedException {
    for (Pending event : events) {
      Optional<Endpoint> target = target();
      if (target.isEmpty() || !send(List.of(event), target.get())) {
        return false;
      }
    }
    return true;
  }

  /// The endpoint as it is now; empty when nothing more must be sent in this run.
  private synchronized Optional<Endpoint> target() {
    Optional<Endpoint> now =
        means
            .endpoints
            .byNumber(claim.endpoint())
            .filter(each -> each.state() == Endpoint.State.ACTIVE)
            .filter(each -> each.options().equals(endpoint.options()))
            .filter(each -> means.applications.isActive(each.application()));
    Instant needed = means.clock.instant().plus(endpoint.options().timeout());
    stopped |= now.isEmpty() || !health.admits(claim.lane()) || !needed.isBefore(claim.leaseEnd());
    return stopped ? Optional.empty() : now;
  }

  private synchronized boolean judge(List<Pending> events, Endpoint target, Attempt attempt) {
    events.forEach(event -> attempts.add(new Report.Sent(event, attempt)));
    return switch (attempt.verdict()) {
      case Verdict.Delivered _ -> {
        events.forEach(event -> delivered.add(event.place()));
        works(attempt);
        yield true;
      }
      case Verdict.Refused _ -> {
        works(attempt);
        yield refuse(events.getFirst());
      }
      case Verdict.Failed(Duration retryAfter) -> {
        fail(retryAfter, target, attempt);
        yield false;
      }
      case Verdict.Gone _ -> {
        health.leave();
        stopped = true;
        next = new Next.Held();
        aftermath = Report.Aftermath.GONE;
        judged = target;
        yield false;
      }
    };
  }

  private void works(Attempt attempt) {
    boolean recovered = health.succeeded(attempt.millis(), endpoint.options().inFlightMax());
    if (recovered && aftermath == Report.Aftermath.NOTHING) {
      aftermath = Report.Aftermath.HEALTH;
    }
  }

  private boolean refuse(Pending event) {
    Instant now = means.clock.instant();
    int refusals = event.refusals() + 1;
    Instant first = event.refusals() == 0 ? now : event.refusedSince();
    boolean inLine = endpoint.options().order() == Endpoint.Order.DEVICE && !claim.isAside();
    Optional<Duration> wait =
        inLine
            ? RefusalPolicy.inLine(endpoint.options().onRefusal(), refusals, first, now)
            : RefusalPolicy.aside(refusals);
    if (wait.isEmpty()) {
      parked.add(event.place());
      return true;
    }
    Instant due = now.plus(wait.get());
    refused.add(new Report.Refusal(event.place(), refusals, first, inLine ? null : due));
    if (inLine) {
      next = new Next.At(due);
    }
    return !inLine;
  }

  private void fail(Duration retryAfter, Endpoint target, Attempt attempt) {
    Instant now = means.clock.instant();
    stopped = true;
    if (aftermath == Report.Aftermath.GONE) {
      return;
    }
    next = new Next.At(health.failed(attempt.millis(), now, retryAfter));
    Health.Trouble trouble = health.trouble();
    boolean over =
        trouble != null && !now.isBefore(trouble.firstFailure().plus(means.disableAfter));
    judged = target;
    aftermath = over ? Report.Aftermath.DISABLE : Report.Aftermath.HEALTH;
  }

  /// The report of a run that came to nothing: the lane is tried again later.
  Report nothing(Instant due) {
    return new Report(
        claim,
        endpoint,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        new Next.At(due),
        Report.Aftermath.NOTHING);
  }

  private synchronized Report report() {
    return new Report(claim, judged, attempts, delivered, refused, parked, next, aftermath);
  }
}
