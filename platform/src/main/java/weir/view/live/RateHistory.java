package weir.view.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// How many messages had passed each stage, second by second for the last two hours. Safe
/// for use by many threads.
final class RateHistory {

  static final Duration LENGTH = Duration.ofHours(2);

  private static final long SECOND_MILLIS = 1_000;

  /// Messages that had passed by a moment, since the log was made.
  ///
  /// @param trends of the enriched messages, those that are trends, since the process was
  ///     started; an estimate where not every message was looked at
  record Totals(long raw, long enriched, long stored, long setAside, double trends) {

    /// Each per second, over so many seconds since the other.
    Rates since(Totals before, double seconds) {
      return new Rates(
          rate((double) raw - before.raw, seconds),
          rate((double) enriched - before.enriched, seconds),
          rate((double) stored - before.stored, seconds),
          rate((double) setAside - before.setAside, seconds),
          rate(trends - before.trends, seconds));
    }

    private static double rate(double count, double seconds) {
      return Math.max(0, count / seconds);
    }
  }

  /// Messages per second.
  record Rates(double raw, double enriched, double stored, double setAside, double trends) {
    static final Rates NONE = new Rates(0, 0, 0, 0, 0);
  }

  /// The rates over one step, which began at this time.
  record Point(long startMillis, Rates rates) {}

  private final TreeMap<Long, Totals> samples = new TreeMap<>();

  synchronized void add(long atMillis, Totals totals) {
    samples.put(atMillis, totals);
    samples.headMap(atMillis - LENGTH.toMillis() - SECOND_MILLIS).clear();
  }

  /// The rates over the last few seconds.
  synchronized Rates recent(Duration span) {
    if (samples.size() < 2) {
      return Rates.NONE;
    }
    Map.Entry<Long, Totals> last = samples.lastEntry();
    Map.Entry<Long, Totals> before = samples.ceilingEntry(last.getKey() - span.toMillis());
    if (before.getKey().equals(last.getKey())) {
      before = samples.lowerEntry(last.getKey());
    }
    double seconds = (last.getKey() - before.getKey()) / 1e3;
    return seconds <= 0 ? Rates.NONE : last.getValue().since(before.getValue(), seconds);
  }

  /// The rates of each step that is over and within the window, oldest first. Steps of which
  /// nothing is known are left out.
  synchronized List<Point> window(Duration window, Duration step, long nowMillis) {
    long width = step.toMillis();
    long end = nowMillis / width * width;
    List<Point> points = new ArrayList<>();
    for (long start = end - window.toMillis(); start < end; start += width) {
      Map.Entry<Long, Totals> from = nearest(start, width);
      Map.Entry<Long, Totals> to = nearest(start + width, width);
      if (from != null && to != null && to.getKey() > from.getKey()) {
        double seconds = (to.getKey() - from.getKey()) / 1e3;
        points.add(new Point(start, to.getValue().since(from.getValue(), seconds)));
      }
    }
    return points;
  }

  /// The sample closest before an edge, if it is not older than a step and a bit.
  private Map.@Nullable Entry<Long, Totals> nearest(long edge, long width) {
    Map.Entry<Long, Totals> found = samples.floorEntry(edge);
    return found != null && edge - found.getKey() < width + SECOND_MILLIS ? found : null;
  }
}
