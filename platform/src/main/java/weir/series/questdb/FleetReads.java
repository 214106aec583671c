package weir.series.questdb;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import weir.device.DeviceId;
import weir.series.FleetBucket;
import weir.series.FleetQuery;
import weir.series.Micros;

/// What many devices measured together.
final class FleetReads {

  private static final long MICROS_PER_SECOND = 1_000_000L;

  private record Place(String metric, String unit, long start) {
    static final Comparator<Place> ORDER =
        Comparator.comparing(Place::metric)
            .thenComparing(Place::unit)
            .thenComparingLong(Place::start);
  }

  private final ReadingReads readings;
  private final SeriesCatalog catalog;

  FleetReads(ReadingReads readings, SeriesCatalog catalog) {
    this.readings = readings;
    this.catalog = catalog;
  }

  /// By metric and unit, then by time.
  List<FleetBucket> fleet(FleetQuery query) {
    Map<Integer, Series> series = new HashMap<>();
    for (DeviceId device : query.devices()) {
      for (Series one : catalog.of(device.value())) {
        if (one.kind() == Series.Kind.NUMBER) {
          series.put(one.id(), one);
        }
      }
    }
    Filter during =
        new Filter()
            .number("ts >= ", Micros.of(query.from()))
            .number("ts < ", Micros.of(query.to()));
    Map<Place, Summary> places = new TreeMap<>(Place.ORDER);
    readings.summarize(
        List.copyOf(series.values()),
        during,
        query.step().toSeconds() * MICROS_PER_SECOND,
        (at, summary) -> {
          Series one = series.get(at.series());
          if (one != null) {
            places.merge(new Place(one.metric(), one.unit(), at.start()), summary, Summary::with);
          }
        });
    List<FleetBucket> buckets = new ArrayList<>();
    places.forEach((place, summary) -> buckets.add(bucket(place, summary)));
    return buckets;
  }

  private static FleetBucket bucket(Place place, Summary summary) {
    return new FleetBucket(
        Micros.instant(place.start()),
        place.metric(),
        place.unit(),
        summary.count(),
        summary.min(),
        summary.max(),
        summary.sum());
  }
}
