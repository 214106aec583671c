package weir.series.questdb;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import weir.series.Aggregate;
import weir.series.Bucket;
import weir.series.Micros;
import weir.series.ReadingQuery;
import weir.series.Step;

/// Ranges combined by steps. Steps of whole hours are made of the hourly rollups, so that they
/// are quick and go back further than the readings; the parts of an hour at either end, and all
/// other steps, are made of the readings.
final class Ranges {

  private final ReadingReads readings;
  private final Rollup rollup;

  Ranges(ReadingReads readings, Rollup rollup) {
    this.readings = readings;
    this.rollup = rollup;
  }

  List<Bucket> range(ReadingQuery query, Step step, int limit) {
    List<Series> series =
        readings.matching(query).stream()
            .filter(one -> one.kind() == Series.Kind.NUMBER || step.aggregate() == Aggregate.COUNT)
            .toList();
    Map<Long, Summary> buckets = new TreeMap<>();
    if (canUseHours(step, series)) {
      addHours(query, step, series, buckets);
    } else {
      add(series, Micros.of(query.from()), Micros.of(query.to()), step, buckets);
    }
    return buckets.entrySet().stream()
        .limit(limit)
        .map(bucket -> bucket(bucket.getKey(), bucket.getValue(), step.aggregate()))
        .toList();
  }

  private static Bucket bucket(long start, Summary summary, Aggregate aggregate) {
    return new Bucket(Micros.instant(start), summary.value(aggregate), summary.count());
  }

  /// Rollups know neither texts nor the first and last value of an hour.
  private static boolean canUseHours(Step step, List<Series> series) {
    return step.width().toSeconds() % Duration.ofHours(1).toSeconds() == 0
        && step.aggregate() != Aggregate.FIRST
        && step.aggregate() != Aggregate.LAST
        && series.stream().allMatch(one -> one.kind() == Series.Kind.NUMBER);
  }

  private void addHours(
      ReadingQuery query, Step step, List<Series> series, Map<Long, Summary> buckets) {
    long from = Micros.of(query.from());
    long to = Micros.of(query.to());
    long firstHour = Hours.from(from);
    long endHour = Hours.of(to);
    if (series.isEmpty() || firstHour >= endHour) {
      add(series, from, to, step, buckets);
      return;
    }
    add(series, from, Hours.startMicros(firstHour), step, buckets);
    long width = widthMicros(step);
    rollup
        .hours(series, firstHour, endHour)
        .forEach(
            (place, summary) ->
                buckets.merge(place.start() / width * width, summary, Summary::with));
    add(series, Hours.startMicros(endHour), to, step, buckets);
  }

  private void add(List<Series> series, long from, long to, Step step, Map<Long, Summary> buckets) {
    if (from < to) {
      Filter during = new Filter().number("ts >= ", from).number("ts < ", to);
      readings.summarize(
          series,
          during,
          widthMicros(step),
          (place, summary) -> buckets.merge(place.start(), summary, Summary::with));
    }
  }

  private static long widthMicros(Step step) {
    return step.width().toSeconds() * 1_000_000L;
  }
}
