package weir.view.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import weir.event.EventHeader;
import weir.event.Reading;

/// What all devices of each type measured in the last two hours, by metric and step: as much
/// memory for a hundred thousand devices as for one. At most [#SERIES_MAX] metrics of types
/// and units; values of further ones are counted. The means that devices make over channels
/// (`trends.…`) are left to the answers about one device, because there are very many.
///
/// One thread adds; any number ask. Values of a time more than a minute ahead are not taken:
/// the clock of that device is wrong.
final class FleetFigures {

  /// The longest window, the whole step that it may begin before, and some slack.
  static final Duration LENGTH = Duration.ofMinutes(126);

  static final int SERIES_MAX = 2_000;

  private static final String TRENDS = "trends.";
  private static final Duration AHEAD_MAX = Duration.ofMinutes(1);

  /// Steps of ten seconds serve windows of up to ten minutes, those of a minute the others.
  private static final Duration FINE = Duration.ofSeconds(10);

  private static final int FINE_LENGTH = 72;
  private static final Duration COARSE = Duration.ofMinutes(1);
  private static final int COARSE_LENGTH = 132;

  private record Name(String type, String metric, String unit) {}

  private record Rings(StepRing fine, StepRing coarse) {}

  private record Place(String metric, String unit, long start) {
    static final Comparator<Place> ORDER =
        Comparator.comparing(Place::metric)
            .thenComparing(Place::unit)
            .thenComparingLong(Place::start);
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition reached = lock.newCondition();
  private final Map<Name, Rings> series = new HashMap<>();
  private Instant since = Instant.MAX;
  private long leftOut;

  void add(EventHeader.Measurements said, long nowMillis) {
    lock.lock();
    try {
      for (Reading reading : said.readings()) {
        if (reading instanceof Reading.Numeric number && !number.metric().startsWith(TRENDS)) {
          Instant at = number.at() == null ? said.time() : number.at();
          add(said.type(), number, at.toEpochMilli(), nowMillis);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void add(String type, Reading.Numeric number, long atMillis, long nowMillis) {
    if (atMillis > nowMillis + AHEAD_MAX.toMillis() || atMillis < nowMillis - LENGTH.toMillis()) {
      return;
    }
    Name name = new Name(type, number.metric(), number.unit());
    Rings rings = series.get(name);
    if (rings == null) {
      if (series.size() >= SERIES_MAX) {
        leftOut++;
        return;
      }
      rings = new Rings(new StepRing(FINE, FINE_LENGTH), new StepRing(COARSE, COARSE_LENGTH));
      series.put(name, rings);
    }
    rings.fine().add(atMillis, number.value());
    rings.coarse().add(atMillis, number.value());
  }

  /// Says that all events since this time have been added.
  void reach(Instant time) {
    lock.lock();
    try {
      since = time;
      reached.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Since when all events have been added; waits for a time to be reached, but not for long.
  Instant since(Instant wanted, Duration wait) throws InterruptedException {
    lock.lock();
    try {
      long left = wait.toNanos();
      while (since.isAfter(wanted) && left > 0) {
        left = reached.awaitNanos(left);
      }
      return since;
    } finally {
      lock.unlock();
    }
  }

  /// What devices of these types measured from a time on, by metric and unit, then by time.
  ///
  /// @param step a multiple of ten seconds for up to ten minutes, of a minute for more
  List<FleetBucket> buckets(Collection<String> types, Instant from, Duration step) {
    Map<Place, FleetBucket> found = new TreeMap<>(Place.ORDER);
    lock.lock();
    try {
      series.forEach(
          (name, rings) -> {
            if (types.contains(name.type())) {
              StepRing ring = step.compareTo(COARSE) < 0 ? rings.fine() : rings.coarse();
              collect(name, ring, from, step, found);
            }
          });
    } finally {
      lock.unlock();
    }
    return new ArrayList<>(found.values());
  }

  private static void collect(
      Name name, StepRing ring, Instant from, Duration step, Map<Place, FleetBucket> found) {
    ring.eachFrom(
        from.toEpochMilli(),
        (startMillis, count, min, max, sum) -> {
          long start = startMillis - Math.floorMod(startMillis, step.toMillis());
          found.merge(
              new Place(name.metric(), name.unit(), start),
              new FleetBucket(
                  Instant.ofEpochMilli(start), name.metric(), name.unit(), count, min, max, sum),
              FleetBucket::with);
        });
  }

  /// Values of metrics beyond the limit.
  long leftOut() {
    lock.lock();
    try {
      return leftOut;
    } finally {
      lock.unlock();
    }
  }

  /// Makes room of metrics that nobody has measured for two hours.
  void tidy(long nowMillis) {
    lock.lock();
    try {
      series.values().removeIf(rings -> rings.coarse().isEmptyFrom(nowMillis - LENGTH.toMillis()));
    } finally {
      lock.unlock();
    }
  }

  void forget() {
    lock.lock();
    try {
      series.clear();
      leftOut = 0;
      since = Instant.MAX;
    } finally {
      lock.unlock();
    }
  }
}
