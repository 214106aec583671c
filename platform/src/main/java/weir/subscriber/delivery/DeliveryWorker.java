package weir.subscriber.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.subscriber.Endpoint;
import weir.subscriber.Endpoints;
import weir.subscriber.SubscriberSettings;

/// Serves the lanes that are due. One thread claims them and writes what became of them, many at a
/// time; each lane is served by a virtual thread of its own.
///
/// An endpoint of which nothing is known can take half of the lanes served at once, one that fails
/// or is slow three tenths; the rest is always there for those that answer. A database that is
/// away is waited for.
public final class DeliveryWorker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DeliveryWorker.class);
  private static final Duration POLL = Duration.ofMillis(250);
  private static final int CLAIMS_MAX = 500;
  private static final Duration CROWDED = Duration.ofSeconds(1);

  /// Wakes the loop and reports nothing.
  private static final Object HINT = new Object();

  private final LaneStore store;
  private final Endpoints endpoints;
  private final DeliveryLog deliveries;
  private final SubscriberSettings settings;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final LaneRun.Means means;
  private final Sender sender;
  private final Map<Long, Health> healths = new ConcurrentHashMap<>();
  private final Map<Long, Health.Trouble> troubles;
  private final BlockingQueue<Object> news = new LinkedBlockingQueue<>();
  private final Map<Health.Pace, Integer> running = new HashMap<>();
  private final Map<Long, Health.Pace> paces = new HashMap<>();
  private final Map<Long, Thread> serving = new ConcurrentHashMap<>();
  private final Thread thread;
  private volatile boolean closing;

  public DeliveryWorker(
      LaneStore store,
      Endpoints endpoints,
      DeliveryLog deliveries,
      SubscriberSettings settings,
      InstantSource clock,
      RandomGenerator random) {
    this.store = store;
    this.endpoints = endpoints;
    this.deliveries = deliveries;
    this.settings = settings;
    this.clock = clock;
    this.random = random;
    this.sender = new Sender(settings, clock);
    this.troubles = store.troubles();
    this.means =
        new LaneRun.Means(
            store,
            sender,
            new Semaphore(settings.socketsMax()),
            settings.lease(),
            settings.disableAfter(),
            clock);
    this.thread = Thread.ofVirtual().name("deliveries").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /// Tells that there may be something to do.
  public void wake() {
    if (news.isEmpty()) {
      news.add(HINT);
    }
  }

  private void run() {
    try {
      while (!closing) {
        turn(POLL);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits for news at most so long, writes what was done and claims what is due.
  void turn(Duration wait) throws InterruptedException {
    List<Object> heard = new ArrayList<>();
    Object first = news.poll(wait.toMillis(), TimeUnit.MILLISECONDS);
    if (first != null) {
      heard.add(first);
      news.drainTo(heard);
    }
    List<Report> reports =
        heard.stream().filter(Report.class::isInstance).map(Report.class::cast).toList();
    try {
      finish(reports);
      claim();
    } catch (JdbiException e) {
      LOG.warn("deliveries wait for the database reason={}", e.getMessage());
    }
  }

  private void finish(List<Report> reports) {
    if (reports.isEmpty()) {
      return;
    }
    Map<Long, Health.@Nullable Trouble> changed = new HashMap<>();
    for (Report report : reports) {
      Claim claim = report.claim();
      running.merge(paces.getOrDefault(claim.lane(), Health.Pace.NEW), -1, Integer::sum);
      paces.remove(claim.lane());
      Health health = health(claim.endpoint());
      health.left(claim.lane());
      if (report.aftermath() != Report.Aftermath.NOTHING) {
        changed.put(claim.endpoint(), health.trouble());
      }
    }
    store.finish(reports, changed, clock.instant());
    reports.forEach(this::end);
  }

  private void end(Report report) {
    Endpoint endpoint = report.endpoint();
    switch (report.aftermath()) {
      case NOTHING, HEALTH -> {}
      case GONE -> end(endpoint, Endpoint.State.GONE, "the endpoint answered 410 Gone");
      case DISABLE ->
          end(
              endpoint,
              Endpoint.State.DISABLED,
              "nothing but failures for " + settings.disableAfter().toDays() + " days");
    }
  }

  private void end(Endpoint endpoint, Endpoint.State state, String reason) {
    var _ = endpoints.enter(endpoint.application(), state, reason);
    deliveries.notice(endpoint.number(), state.text(), reason);
    LOG.warn(
        "endpoint ended service={} state={} reason={}",
        endpoint.application(),
        state.text(),
        reason);
  }

  private void claim() {
    int free = settings.lanesMax() - paces.size();
    if (closing || free <= 0) {
      return;
    }
    Instant now = clock.instant();
    List<Claim> claims =
        store.claim(now, Math.min(free, CLAIMS_MAX), settings.lease(), lane -> admit(lane, now));
    for (Claim claim : claims) {
      Endpoint endpoint = endpoints.byNumber(claim.endpoint()).orElseThrow();
      Thread server =
          Thread.ofVirtual().name("lane-" + claim.lane()).unstarted(() -> serve(claim, endpoint));
      serving.put(claim.lane(), server);
      server.start();
    }
    if (claims.size() == CLAIMS_MAX) {
      wake();
    }
  }

  private Next admit(Claim lane, Instant now) {
    if (!endpoints.isActive(lane.endpoint())) {
      return new Next.Held();
    }
    if (paces.containsKey(lane.lane())) {
      // The lease ran out while it was served here; it is served again when that has ended.
      return new Next.At(now.plus(CROWDED));
    }
    Health health = health(lane.endpoint());
    Health.Pace pace = health.pace();
    if (running.getOrDefault(pace, 0) >= share(pace)) {
      return new Next.At(now.plus(CROWDED));
    }
    Next next = health.admit(lane.lane(), now);
    if (next instanceof Next.Ready) {
      running.merge(pace, 1, Integer::sum);
      paces.put(lane.lane(), pace);
    }
    return next;
  }

  private int share(Health.Pace pace) {
    return switch (pace) {
      case FAST -> settings.lanesMax();
      case NEW -> settings.lanesMax() / 2;
      case SLOW -> settings.lanesMax() * 3 / 10;
    };
  }

  private void serve(Claim claim, Endpoint endpoint) {
    Report report = nothing(claim, endpoint);
    try {
      report = new LaneRun(means, claim, endpoint, health(claim.endpoint())).run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("a lane could not be served service={}", endpoint.application(), e);
    } finally {
      serving.remove(claim.lane());
      news.add(report);
    }
  }

  /// The report of a run that came to nothing: the lane is tried again a little later.
  private Report nothing(Claim claim, Endpoint endpoint) {
    return new Report(
        claim,
        endpoint,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        new Next.At(clock.instant().plus(CROWDED)),
        Report.Aftermath.NOTHING);
  }

  /// Whether no lane is being served. To be asked by the thread that takes the turns.
  boolean isIdle() {
    return paces.isEmpty();
  }

  /// The health of an endpoint, as far as it is known.
  Health health(long endpoint) {
    return healths.computeIfAbsent(endpoint, number -> new Health(random, troubles.get(number)));
  }

  Sender sender() {
    return sender;
  }

  /// Ends what is being sent, writes what is known of it, and leaves the rest to the leases.
  @Override
  public void close() {
    closing = true;
    wake();
    try {
      if (thread.isAlive()) {
        boolean _ = thread.join(Duration.ofSeconds(10));
      }
      serving.values().forEach(Thread::interrupt);
      for (Thread server : List.copyOf(serving.values())) {
        boolean _ = server.join(Duration.ofSeconds(1));
      }
      turn(Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sender.close();
    }
  }
}
