package weir.app;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import weir.fleet.AnomalyShown;
import weir.fleet.AnomalyWish;
import weir.fleet.Fleet;
import weir.fleet.Grade;
import weir.fleet.MirrorStatus;
import weir.fleet.Mirrors;
import weir.fleet.MisbehavingDevices;
import weir.fleet.Scenario;
import weir.fleet.SimulatedDevice;
import weir.fleet.SimulatorSettings;
import weir.fleet.Target;

/// The simulator inside the platform: at most one fleet, and the mirrors of what is registered. It
/// speaks to the platform's own sockets, as any other would. Safe for use by many threads.
public final class Simulation implements AutoCloseable {

  /// A fleet with its name and when it was started.
  record Run(String name, Instant startedAt, Fleet fleet) {}

  private final Supplier<Target> target;
  private final SimulatorSettings settings;
  private final String eventPrefix;
  private final InstantSource clock;
  private @Nullable Mirrors mirrors;
  private @Nullable Run run;
  private boolean grading;
  private @Nullable Grade lastGrade;

  /// @param target this platform; asked for when something starts, which is after the doors opened
  /// @param eventPrefix below which the platform tells of its registry
  Simulation(
      Supplier<Target> target,
      SimulatorSettings settings,
      String eventPrefix,
      InstantSource clock) {
    this.target = target;
    this.settings = settings;
    this.eventPrefix = eventPrefix;
    this.clock = clock;
  }

  public Target target() {
    return target.get();
  }

  /// Begins or ends to mirror what is registered.
  public synchronized void mirror(boolean wanted) {
    if (wanted && mirrors == null) {
      mirrors = new Mirrors(target.get(), settings, eventPrefix, clock);
      mirrors.start();
    } else if (!wanted && mirrors != null) {
      mirrors.close();
      mirrors = null;
    }
  }

  synchronized Optional<MirrorStatus> mirrors() {
    return Optional.ofNullable(mirrors).map(Mirrors::status);
  }

  /// Starts a fleet; false when there is one already.
  public synchronized boolean start(Scenario scenario) {
    if (run != null) {
      return false;
    }
    Fleet fleet = new Fleet(scenario);
    try {
      fleet.start();
    } catch (RuntimeException e) {
      fleet.close();
      throw e;
    }
    run = new Run(scenario.name(), clock.instant(), fleet);
    return true;
  }

  /// Ends the fleet and grades the platform; empty when there is none. Takes as long as the
  /// scenario lets what is on its way settle.
  Optional<Grade> stop() throws InterruptedException {
    Run stopped;
    synchronized (this) {
      stopped = run;
      if (stopped == null || grading) {
        return Optional.empty();
      }
      grading = true;
    }
    try {
      Grade grade = stopped.fleet().stop();
      synchronized (this) {
        lastGrade = grade;
      }
      return Optional.of(grade);
    } finally {
      synchronized (this) {
        run = null;
        grading = false;
      }
      stopped.fleet().close();
    }
  }

  synchronized Optional<Run> run() {
    return Optional.ofNullable(run);
  }

  synchronized boolean isGrading() {
    return grading;
  }

  synchronized Optional<Grade> lastGrade() {
    return Optional.ofNullable(lastGrade);
  }

  /// All simulated devices, in the order of their identifiers.
  synchronized List<SimulatedDevice> devices() {
    List<SimulatedDevice> all = new ArrayList<>();
    if (mirrors != null) {
      all.addAll(mirrors.devices());
    }
    if (run != null) {
      all.addAll(run.fleet().devices());
    }
    all.sort(Comparator.comparing(SimulatedDevice::id));
    return all;
  }

  /// Lets an energy device misbehave from its next reading on, one of a fleet that runs or a
  /// mirror; any when none is named. Empty when there is no such device.
  ///
  /// @throws weir.fleet.OverException when its time ends just now
  Optional<AnomalyShown> trigger(AnomalyWish wish) {
    List<MisbehavingDevices> all = misbehaving();
    int sum = all.stream().mapToInt(MisbehavingDevices::size).sum();
    int drawn = sum == 0 ? 0 : ThreadLocalRandom.current().nextInt(sum);
    for (MisbehavingDevices some : all) {
      if (wish.device() != null || drawn < some.size()) {
        Optional<AnomalyShown> begun = some.trigger(wish);
        if (begun.isPresent()) {
          return begun;
        }
      }
      drawn -= some.size();
    }
    return Optional.empty();
  }

  /// All anomalies under way.
  List<AnomalyShown> anomalies() {
    return misbehaving().stream().flatMap(some -> some.underWay().stream()).toList();
  }

  /// Ends all anomalies, and says how many there were.
  long clearAnomalies() {
    return misbehaving().stream().mapToLong(MisbehavingDevices::clear).sum();
  }

  private synchronized List<MisbehavingDevices> misbehaving() {
    return Stream.concat(
            Stream.ofNullable(run).map(one -> one.fleet().misbehaving()),
            Stream.ofNullable(mirrors).map(Mirrors::misbehaving))
        .filter(some -> some.size() > 0)
        .toList();
  }

  @Override
  public synchronized void close() {
    mirror(false);
    if (run != null) {
      run.fleet().close();
    }
  }
}
