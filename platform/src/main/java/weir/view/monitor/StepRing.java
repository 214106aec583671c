package weir.view.monitor;

import java.time.Duration;

/// What was measured in each of the last steps of one length. A step takes the place of the
/// one a whole round before it, so the ring never grows. Owned by [FleetFigures].
final class StepRing {

  /// Told of a step in which something was measured.
  interface Visitor {
    void step(long startMillis, long count, double min, double max, double sum);
  }

  private final long stepMillis;
  private final long[] steps;
  private final long[] counts;
  private final double[] lows;
  private final double[] highs;
  private final double[] sums;

  StepRing(Duration step, int length) {
    stepMillis = step.toMillis();
    steps = new long[length];
    counts = new long[length];
    lows = new double[length];
    highs = new double[length];
    sums = new double[length];
  }

  /// A value that comes a whole round late has no place any more.
  void add(long atMillis, double value) {
    long step = Math.floorDiv(atMillis, stepMillis);
    int place = Math.floorMod(step, steps.length);
    if (step < steps[place]) {
      return;
    }
    if (step > steps[place]) {
      steps[place] = step;
      counts[place] = 0;
      lows[place] = value;
      highs[place] = value;
      sums[place] = 0;
    }
    counts[place]++;
    lows[place] = Math.min(lows[place], value);
    highs[place] = Math.max(highs[place], value);
    sums[place] += value;
  }

  /// Visits the steps that start at this time or later, in any order.
  void eachFrom(long fromMillis, Visitor visitor) {
    for (int place = 0; place < steps.length; place++) {
      long start = steps[place] * stepMillis;
      if (counts[place] > 0 && start >= fromMillis) {
        visitor.step(start, counts[place], lows[place], highs[place], sums[place]);
      }
    }
  }

  boolean isEmptyFrom(long fromMillis) {
    for (int place = 0; place < steps.length; place++) {
      if (counts[place] > 0 && steps[place] * stepMillis >= fromMillis) {
        return false;
      }
    }
    return true;
  }
}
