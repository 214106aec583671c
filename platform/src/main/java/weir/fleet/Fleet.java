package weir.fleet;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.event.EventId;
import weir.fleet.model.DeviceModel;
import weir.fleet.model.EnergyDevice;
import weir.fleet.model.Family;
import weir.fleet.model.Order;
import weir.fleet.model.Reply;
import weir.fleet.wire.HttpNetwork;
import weir.fleet.wire.Inbox;
import weir.fleet.wire.Line;
import weir.fleet.wire.Login;
import weir.fleet.wire.MqttNetwork;
import weir.fleet.wire.Parcel;
import weir.fleet.wire.Receipts;

/// The simulator: a fleet of devices that speak to the platform over real sockets, and the grade
/// that its ledger gives the platform in the end.
///
///     Timeline ──happenings──▶ clock thread ──parcels──▶ lines ══sockets══▶ platform
///                                   └──▶ Ledger ◀──receipts──┘                 │
///                                           └────────▶ Grader ◀──REST──────────┘
///
/// One thread is the clock, two event loops carry all MQTT connections (one for each device), and
/// each HTTP sensor has a virtual thread. At most [#OUTSTANDING_MAX] messages are sent and not
/// answered; a single device keeps at most [#BUFFER_MAX] in live pace.
public final class Fleet implements AutoCloseable {

  public static final int OUTSTANDING_MAX = 50_000;
  public static final int BUFFER_MAX = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);
  private static final Duration ASK_AGAIN = Duration.ofSeconds(1);
  private static final long GLANCE_NANOS = 50_000_000;
  private static final Duration SLACK = Duration.ofMinutes(1);

  private final FleetSettings settings;
  private final RunId run;
  private final List<DeviceModel> devices;
  private final Ledger ledger;
  private final Timeline timeline;
  private final Semaphore room = new Semaphore(OUTSTANDING_MAX);
  private final InstantSource wallClock;
  private volatile boolean running;
  private final LinkedBlockingQueue<Runnable> asked = new LinkedBlockingQueue<>();
  private final Errands errands = new Errands(asked::add, () -> running);
  private final MisbehavingDevices misbehaving = new MisbehavingDevices(errands);
  private final Deque<Scenario.Phase> phases;
  private final FleetPace pace;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch idle = new CountDownLatch(1);
  private final Thread clock;
  private final MqttNetwork mqtt;
  private final HttpNetwork http;
  private final List<Line> lines = new ArrayList<>();
  private final Instant wallStart;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile Instant time;
  private volatile FaultRates faults;
  private long startNanos;
  private long endNanos;

  public Fleet(FleetSettings settings) {
    this(settings, InstantSource.system());
  }

  public Fleet(Scenario scenario) {
    this(scenario.settings(), scenario.phases(), InstantSource.system());
  }

  /// @param wallClock the time that the platform sees, whatever the devices' time is
  Fleet(FleetSettings settings, InstantSource wallClock) {
    this(settings, List.of(), wallClock);
  }

  private Fleet(FleetSettings settings, List<Scenario.Phase> phases, InstantSource wallClock) {
    this.settings = settings;
    this.phases = new ArrayDeque<>(phases);
    this.faults = settings.faults();
    this.pace = new FleetPace(settings.tempo());
    this.wallClock = wallClock;
    this.wallStart = wallClock.instant();
    this.run = new RunId(settings.tempo());
    this.devices = Roster.of(settings);
    for (DeviceModel device : devices) {
      if (device instanceof EnergyDevice energy) {
        misbehaving.add(energy);
      }
    }
    this.ledger = new Ledger(devices);
    this.timeline = new Timeline(settings, run, devices, ledger);
    this.time = settings.tempo().start();
    this.clock = Thread.ofPlatform().name("fleet-clock").daemon().unstarted(this::tick);
    this.mqtt = new MqttNetwork(settings.target().mqttHost(), settings.target().mqttPort());
    this.http = new HttpNetwork(settings.target().http());
  }

  /// Connects all devices and lets time run. Returns at once.
  public void start() {
    Receipts receipts = new LedgerReceipts();
    for (DeviceModel device : devices) {
      String id = device.id().value();
      Optional<Login> login = settings.target().login(id);
      lines.add(
          device.family() == Family.HTTP
              ? http.line(id, login, receipts)
              : mqtt.line(id, login, receipts, new Ears(lines.size(), device)));
    }
    startNanos = System.nanoTime();
    pace.start(startNanos);
    running = true;
    clock.start();
  }

  public FleetStatus status() {
    return new FleetStatus(
        time,
        running,
        devices.size(),
        (int) lines.stream().filter(Line::isConnected).count(),
        ledger.sentTotal(),
        ledger.acknowledgedTotal(),
        ledger.refusedTotal(),
        ledger.discardedTotal(),
        ledger.outstandingTotal(),
        ledger.latencies().millis(0.5),
        ledger.latencies().millis(0.99));
  }

  /// Waits until the run's duration is over; false when the time-out came first.
  public boolean await(Duration timeout) throws InterruptedException {
    return idle.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// Ends the run, waits until everything sent is answered and, when there is an admin token, until
  /// everything acknowledged is stored or set aside; at most the settle time for each. Then grades.
  public Grade stop() throws InterruptedException {
    stopping.countDown();
    clock.join();
    timeline.leftOver().forEach(this::post);
    lines.forEach(Line::rejoin);
    boolean answered =
        room.tryAcquire(OUTSTANDING_MAX, settings.settle().toMillis(), TimeUnit.MILLISECONDS);
    if (!answered) {
      LOG.warn("fleet gives up on answers outstanding={}", ledger.outstandingTotal());
    }
    endNanos = System.nanoTime();
    close();
    return grade();
  }

  /// Ends without a grade; again is allowed.
  @Override
  public void close() {
    stopping.countDown();
    if (closed.getAndSet(true)) {
      return;
    }
    lines.forEach(Line::close);
    mqtt.close();
    http.close();
  }

  private void tick() {
    try {
      Timeline.@Nullable Happening next = timeline.next();
      while (next != null && !isStoppedBefore(next.at())) {
        time = next.at();
        enterPhases();
        perform(next);
        next = timeline.next();
      }
    } finally {
      running = false;
      idle.countDown();
    }
  }

  private final class Ears implements Inbox {
    private final int number;
    private final List<String> filters;

    Ears(int number, DeviceModel device) {
      this.number = number;
      this.filters = device.orderFilters();
    }

    @Override
    public List<String> filters() {
      return filters;
    }

    @Override
    public void subscribed() {}

    @Override
    public void received(String topic, byte[] payload) {
      Order.parse(topic, payload).ifPresent(order -> asked.add(() -> obey(number, order)));
    }
  }

  /// Lets a device do what it was told, and answer.
  private void obey(int device, Order order) {
    Reply reply = devices.get(device).obey(order);
    EventId id = EventId.fresh(wallClock);
    lines
        .get(device)
        .send(
            new Parcel(
                device, 0, Parcel.Kind.ANSWER, id, order.answerTopic(), order.answer(reply)));
  }

  /// In live pace, waits until it is time, and hears orders meanwhile.
  private boolean isStoppedBefore(Instant at) {
    Tempo tempo = settings.tempo();
    if (tempo.pace() == Tempo.Pace.BACKFILL) {
      Optional.ofNullable(asked.poll()).ifPresent(Runnable::run);
      return stopping.getCount() == 0;
    }
    try {
      do {
        long wait = Math.min(pace.due(at) - System.nanoTime(), GLANCE_NANOS);
        Runnable errand = asked.poll(wait, TimeUnit.NANOSECONDS);
        if (errand != null) {
          errand.run();
        }
      } while (stopping.getCount() > 0 && System.nanoTime() < pace.due(at));
      return stopping.getCount() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void enterPhases() {
    Duration passed = Duration.between(settings.tempo().start(), time);
    while (!phases.isEmpty() && phases.element().at().compareTo(passed) <= 0) {
      enter(phases.remove());
    }
  }

  private void enter(Scenario.Phase phase) {
    if (phase.faults() != null) {
      faults = phase.faults();
      timeline.change(faults, time);
    }
    if (phase.speed() != null) {
      pace.change(phase.speed());
    }
    if (phase.clearsAnomalies()) {
      var _ = misbehaving.end();
    }
    if (phase.anomaly() != null) {
      var _ = misbehaving.begin(phase.anomaly());
    }
  }

  /// The devices that can be told to misbehave.
  public MisbehavingDevices misbehaving() {
    return misbehaving;
  }

  /// Changes how fast the devices' time passes; live only.
  ///
  /// @throws OverException when the run is over
  public void speed(double wanted) {
    var _ =
        errands.answer(
            () -> {
              pace.change(wanted);
              return wanted;
            });
  }

  public double speed() {
    return pace.speed();
  }

  /// How many devices of each kind it has.
  public Mix mix() {
    return settings.mix();
  }

  /// What goes wrong on purpose now; phases change it.
  public FaultRates faults() {
    return faults;
  }

  /// All devices, in the order of the fleet.
  public List<SimulatedDevice> devices() {
    List<SimulatedDevice> all = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      all.add(SimulatedDevice.of(devices.get(i), lines.get(i).isConnected()));
    }
    return all;
  }

  private void perform(Timeline.Happening happening) {
    switch (happening) {
      case Timeline.Happening.Speech speech -> speech.parcels().forEach(this::post);
      case Timeline.Happening.Silence silence -> lines.get(silence.device()).silence();
      case Timeline.Happening.Storm storm -> lines.forEach(Line::drop);
    }
  }

  private void post(Parcel parcel) {
    if (!hasRoom(parcel.device())) {
      ledger.discarded(parcel.device());
      return;
    }
    ledger.sent(parcel);
    lines.get(parcel.device()).send(parcel);
  }

  private boolean hasRoom(int device) {
    if (settings.tempo().pace() == Tempo.Pace.LIVE) {
      return ledger.outstanding(device) < BUFFER_MAX && room.tryAcquire();
    }
    try {
      while (!room.tryAcquire(100, TimeUnit.MILLISECONDS)) {
        if (stopping.getCount() == 0) {
          return false;
        }
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private final class LedgerReceipts implements Receipts {

    @Override
    public void acknowledged(Parcel parcel, long nanos) {
      if (parcel.kind() == Parcel.Kind.ANSWER) {
        return;
      }
      ledger.acknowledged(parcel, nanos);
      room.release();
    }

    @Override
    public void postponed(Parcel parcel) {
      if (parcel.kind() == Parcel.Kind.ANSWER) {
        return;
      }
      ledger.postponed(parcel);
    }

    @Override
    public void refused(Parcel parcel, String reason) {
      if (parcel.kind() == Parcel.Kind.ANSWER) {
        return;
      }
      LOG.debug("message refused device={} reason={}", parcel.device(), reason);
      ledger.refused(parcel);
      room.release();
    }
  }

  private Grade grade() throws InterruptedException {
    List<Account.Page> pages = ledger.pages();
    Evidence evidence = new Evidence(run, devices.size());
    boolean checked = false;
    Optional<String> token = settings.target().adminToken();
    if (token.isPresent()) {
      try (PlatformRecords records =
          new PlatformRecords(settings.target().http(), token.get(), wallStart)) {
        evidence = settled(records, pages);
        checked = true;
      } catch (IOException e) {
        LOG.warn("the platform could not be asked what it stored", e);
      }
    }
    return grade(pages, evidence, checked);
  }

  /// Asks until nothing acknowledged is missing any more, or the settle time is over.
  private Evidence settled(PlatformRecords records, List<Account.Page> pages)
      throws IOException, InterruptedException {
    Duration wrongClocks = settings.faults().driftMax().plus(SLACK);
    Instant from = settings.tempo().start().minus(wrongClocks);
    Instant to = time.plus(wrongClocks);
    long deadline = System.nanoTime() + settings.settle().toNanos();
    while (true) {
      Evidence evidence = new Evidence(run, devices.size());
      records.read(from, to, evidence);
      if (!new Grader(pages, evidence).isWaiting() || System.nanoTime() > deadline) {
        return evidence;
      }
      TimeUnit.MILLISECONDS.sleep(ASK_AGAIN.toMillis());
    }
  }

  private Grade grade(List<Account.Page> pages, Evidence evidence, boolean checked) {
    Grader grader = new Grader(pages, evidence);
    List<Grade.Line> families = grader.families();
    FaultCounts counts = timeline.faults();
    long malformedRefused = pages.stream().mapToLong(Account.Page::malformedRefused).sum();
    Grade.Faults faults =
        new Grade.Faults(
            counts.dropOuts,
            counts.storms,
            counts.drifting,
            counts.duplicates,
            counts.lateBatches,
            counts.shuffledBatches,
            counts.malformed,
            malformedRefused);
    return new Grade(
        checked,
        families,
        Grader.total(families),
        ledger.latencies().millis(0.5),
        ledger.latencies().millis(0.99),
        (endNanos - startNanos) / 1e9,
        faults,
        checked ? grader.examples() : List.of());
  }
}
