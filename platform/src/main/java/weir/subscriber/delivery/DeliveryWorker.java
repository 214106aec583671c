package weir.subscriber.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.subscriber.Applications;
import weir.subscriber.Endpoint;
import weir.subscriber.Endpoints;
import weir.subscriber.Loop;
import weir.subscriber.SubscriberSettings;
import weir.trace.Traces;

/// Serves the lanes that are due. One thread claims them and writes what became of them, many at a
/// time; each lane is served by a virtual thread of its own.
///
/// Endpoints of which nothing is known can take half of the lanes and of the requests at once;
/// those that fail or are slow three tenths. An endpoint that does not answer for a second, be it
/// new or proven, gives both back, so the rest is soon there again for those that answer; of what
/// was given back there can be as much again. A database that is away is waited for, and what was
/// done meanwhile is written when it is back.
public final class DeliveryWorker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DeliveryWorker.class);
  private static final Duration POLL = Duration.ofMillis(250);
  private static final int CLAIMS_MAX = 500;

  /// How soon it is seen that an application is active again.
  private static final Duration INACTIVE = Duration.ofSeconds(30);

  /// Wakes the loop and reports nothing.
  private static final Object HINT = new Object();

  private final LaneStore store;
  private final Endpoints endpoints;
  private final Applications applications;
  private final DeliveryLog deliveries;
  private final SubscriberSettings settings;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final LaneRun.Means means;
  private final Sender sender;
  private final Sockets sockets;
  private final Map<Long, Health> healths = new ConcurrentHashMap<>();
  private final BlockingQueue<Object> news = new LinkedBlockingQueue<>();
  private final Map<Long, Service> serving = new HashMap<>();

  /// Lanes served, by pace, without the late ones.
  private final Map<Health.Pace, Integer> counts = new EnumMap<>(Health.Pace.class);

  /// Lanes served whose endpoint did not answer in time.
  private final Set<Long> late = new HashSet<>();

  private final List<Report> unwritten = new ArrayList<>();
  private final Queue<Report> endings = new ArrayDeque<>();
  private final Queue<Long> moved = new ArrayDeque<>();
  private final Map<String, LongAdder> heldBack = new ConcurrentSkipListMap<>();
  private final AttemptMeter attempts = new AttemptMeter();
  private final Loop loop;
  private volatile boolean closing;

  /// A lane that is served here, by a thread of its own.
  private record Service(long lane, Health health, Health.Pace pace, Thread thread) {}

  public DeliveryWorker(
      LaneStore store,
      Endpoints endpoints,
      Applications applications,
      DeliveryLog deliveries,
      SubscriberSettings settings,
      InstantSource clock,
      RandomGenerator random,
      Traces traces) {
    this.store = store;
    this.endpoints = endpoints;
    this.applications = applications;
    this.deliveries = deliveries;
    this.settings = settings;
    this.clock = clock;
    this.random = random;
    this.sender =
        new Sender(new AddressRules(settings.callbacks()), settings.requests(), clock, traces);
    this.sockets = new Sockets(settings.requests().socketsMax());
    this.means =
        new LaneRun.Means(
            store,
            endpoints,
            applications,
            sender,
            sockets,
            settings.lanes().disableAfter(),
            clock);
    this.loop = new Loop("deliveries", () -> turn(POLL), clock);
  }

  public void start() {
    loop.start();
  }

  /// Since when it waits for the database; empty when it does not.
  public Optional<Instant> stuckSince() {
    return loop.stuckSince();
  }

  /// Tells that an endpoint leads elsewhere now. Only notes it: whoever tells may hold a lock.
  public void moved(long endpoint) {
    boolean _ = news.add(endpoint);
  }

  /// Tells that there may be something to do.
  public void wake() {
    if (news.isEmpty()) {
      news.add(HINT);
    }
  }

  /// Waits for news at most so long, writes what was done, begins anew with endpoints that lead
  /// elsewhere now, and claims what is due.
  void turn(Duration wait) throws InterruptedException {
    Object first = news.poll(wait.toMillis(), TimeUnit.MILLISECONDS);
    List<Object> heard = new ArrayList<>();
    if (first != null) {
      heard.add(first);
      news.drainTo(heard);
    }
    for (Object each : heard) {
      if (each instanceof Report report) {
        unwritten.add(report);
      } else if (each instanceof Long endpoint) {
        moved.add(endpoint);
      }
    }
    finish();
    for (Long endpoint = moved.peek(); endpoint != null; endpoint = moved.peek()) {
      forgive(endpoint);
      Long _ = moved.remove();
    }
    yieldLate();
    claim();
  }

  private void finish() {
    try {
      write(unwritten);
      unwritten.clear();
    } catch (JdbiException e) {
      if (!LaneStore.isUnfit(e)) {
        throw e;
      }
      writeEach();
    }
    for (Report report = endings.peek(); report != null; report = endings.peek()) {
      end(report);
      Report _ = endings.remove();
    }
  }

  private void write(List<Report> reports) {
    if (reports.isEmpty()) {
      return;
    }
    Map<Long, Health.@Nullable Trouble> changed = new HashMap<>();
    for (Report report : reports) {
      if (report.aftermath() != Report.Aftermath.NOTHING) {
        changed.put(report.claim().endpoint(), health(report.claim().endpoint()).trouble());
      }
    }
    store.finish(reports, changed, clock.instant());
    changed.forEach((endpoint, trouble) -> health(endpoint).keep(trouble));
    reports.forEach(report -> leave(report.claim().lane()));
    reports.forEach(report -> attempts.count(report.attempts()));
    endings.addAll(reports);
  }

  /// What the database does not take of one receiver stops the deliveries of nobody.
  private void writeEach() {
    for (Iterator<Report> each = unwritten.iterator(); each.hasNext(); each.remove()) {
      Report report = each.next();
      try {
        write(List.of(report));
      } catch (JdbiException e) {
        if (!LaneStore.isUnfit(e)) {
          throw e;
        }
        LOG.error("attempts cannot be kept service={}", report.endpoint().application(), e);
        write(List.of(report.withoutAttempts()));
      }
    }
  }

  private void end(Report report) {
    switch (report.aftermath()) {
      case NOTHING, HEALTH -> {}
      case GONE -> {
        end(report.endpoint(), Endpoint.State.GONE, "the endpoint answered 410 Gone");
        health(report.endpoint().number()).heed();
      }
      case DISABLE ->
          end(
              report.endpoint(),
              Endpoint.State.DISABLED,
              "nothing but failures for " + settings.lanes().disableAfter().toDays() + " days");
    }
  }

  /// Where this fails before the notice is written, [Tidying] writes it.
  private void end(Endpoint endpoint, Endpoint.State state, String reason) {
    boolean ended =
        endpoints
            .byNumber(endpoint.number())
            .filter(now -> now.state() == Endpoint.State.ACTIVE)
            .isEmpty();
    if (ended) {
      return;
    }
    if (!endpoints.end(endpoint, state, reason)) {
      forgive(endpoint.number());
      return;
    }
    deliveries.noticeEnds(endpoints.byNumber(endpoint.number()).stream().toList());
    LOG.warn(
        "endpoint ended service={} state={} reason={}",
        endpoint.application(),
        state.text(),
        reason);
  }

  /// Lanes of endpoints that do not answer in time make room for others, as their requests do.
  private void yieldLate() {
    if (!sockets.yieldLate(System.nanoTime())) {
      return;
    }
    for (Service service : serving.values()) {
      if (service.health.isLate()
          && late.size() < settings.lanes().lanesMax()
          && late.add(service.lane)) {
        counts.merge(service.pace, -1, Integer::sum);
      }
    }
  }

  private void claim() {
    int free = settings.lanes().lanesMax() - serving.size() + late.size();
    if (closing || free <= 0) {
      return;
    }
    Instant now = clock.instant();
    List<Service> admitted = new ArrayList<>();
    LaneStore.Round round;
    try {
      round =
          store.claim(
              now,
              Math.min(free, CLAIMS_MAX),
              settings.lanes().lease(),
              new Admission(now, admitted));
    } catch (JdbiException e) {
      admitted.forEach(service -> leave(service.lane));
      throw e;
    }
    admitted.forEach(service -> service.thread.start());
    if (round.more()) {
      wake();
    }
  }

  /// Decides for one round of claims.
  private final class Admission implements LaneStore.Admission {
    private final Instant now;
    private final List<Service> admitted;

    Admission(Instant now, List<Service> admitted) {
      this.now = now;
      this.admitted = admitted;
    }

    @Override
    public void learn(long endpoint, Health.@Nullable Trouble trouble) {
      health(endpoint).learn(trouble);
    }

    @Override
    public Next ask(Claim lane) {
      return admit(lane, now, admitted);
    }
  }

  private Next admit(Claim lane, Instant now, List<Service> admitted) {
    Endpoint endpoint = endpoints.active(lane.endpoint()).orElse(null);
    if (endpoint == null) {
      return new Next.Held();
    }
    if (!applications.isActive(endpoint.application())) {
      return new Next.At(now.plus(INACTIVE));
    }
    Health health = health(lane.endpoint());
    Health.Pace pace = health.pace();
    // A lane whose lease ran out while it is served here is served again when that has ended.
    if (serving.containsKey(lane.lane())) {
      return new Next.At(now.plus(LaneRun.CROWDED));
    }
    if (count(pace) >= pace.share(settings.lanes().lanesMax())) {
      heldBack.computeIfAbsent(pace.text(), any -> new LongAdder()).increment();
      return new Next.At(now.plus(LaneRun.CROWDED));
    }
    Next next = health.admit(lane.lane(), now);
    if (next instanceof Next.Ready) {
      health.reserve(lane.leaseEnd());
      Thread thread =
          Thread.ofVirtual()
              .name("lane-" + lane.lane())
              .unstarted(() -> serve(new LaneRun(means, lane, endpoint, health)));
      Service service = new Service(lane.lane(), health, pace, thread);
      serving.put(lane.lane(), service);
      counts.merge(pace, 1, Integer::sum);
      admitted.add(service);
    }
    return next;
  }

  /// Those that are late are slow, whatever they were.
  private int count(Health.Pace pace) {
    return counts.getOrDefault(pace, 0) + (pace == Health.Pace.SLOW ? late.size() : 0);
  }

  /// A lane is not served any more.
  private void leave(long lane) {
    Service service = serving.remove(lane);
    if (service != null) {
      service.health.left(lane);
      if (!late.remove(lane)) {
        counts.merge(service.pace, -1, Integer::sum);
      }
    }
  }

  private void serve(LaneRun run) {
    Report report = run.nothing(clock.instant().plus(LaneRun.CROWDED));
    try {
      report = run.run();
    } catch (RuntimeException e) {
      LOG.error("a lane could not be served service={}", report.endpoint().application(), e);
    } finally {
      news.add(report);
    }
  }

  public AttemptMeter attempts() {
    return attempts;
  }

  /// How often a lane was put off because those of its pace have their share, since the start.
  public Map<String, LongAdder> heldBack() {
    return Map.copyOf(heldBack);
  }

  /// Requests on their way, by pace.
  public Map<String, Integer> requests() {
    return sockets.taken();
  }

  /// Whether no lane is being served. To be asked by the thread that takes the turns.
  boolean isIdle() {
    return serving.isEmpty();
  }

  /// The health of an endpoint, as far as it is known.
  Health health(long endpoint) {
    return healths.computeIfAbsent(endpoint, number -> new Health(random));
  }

  /// Forgets that an endpoint failed, because it leads elsewhere or somebody says that it works
  /// again, and begins with what waits for it.
  void forgive(long endpoint) {
    health(endpoint).forgive();
    store.forgive(endpoint, clock.instant());
    wake();
  }

  Sender sender() {
    return sender;
  }

  /// Ends what is being sent, writes what is known of it, and leaves the rest to the leases.
  @Override
  public void close() {
    closing = true;
    wake();
    loop.close();
    List<Service> services = List.copyOf(serving.values());
    services.forEach(service -> service.thread.interrupt());
    try {
      for (Service service : services) {
        boolean _ = service.thread.join(Duration.ofSeconds(1));
      }
      turn(Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (JdbiException e) {
      LOG.warn("what was sent last is not written down reason={}", e.getMessage());
    } finally {
      sender.close();
    }
  }
}
