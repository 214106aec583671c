package weir.series.sql;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.event.Event;
import weir.event.Reading;
import weir.series.Micros;
import weir.series.RetentionClass;
import weir.series.RetentionOfTypes;
import weir.series.sql.SqlSeries.Name;

/// A batch as rows, each key once: of two with the same key the last counts.
final class Rows {

  private static final long HOUR = Duration.ofHours(1).toSeconds() * 1_000_000L;

  /// A reading whose series has no number yet.
  private record Pending(
      Name name, long micros, int days, @Nullable Double value, @Nullable String text) {}

  private final Map<EventRow.Key, EventRow> events = new LinkedHashMap<>();
  private final List<Pending> pending = new ArrayList<>();
  private final Set<Name> names = new HashSet<>();
  private final Set<RetentionClass> classes = new HashSet<>();
  private final Set<Long> hours = new HashSet<>();

  Rows(List<Event> batch, RetentionOfTypes retention, Instant now) {
    long stored = Micros.of(now);
    for (Event event : batch) {
      RetentionClass kept = retention.of(event.type());
      classes.add(kept);
      EventRow row =
          new EventRow(Micros.of(event.time()), event.id().uuid(), kept.days(), event, stored);
      events.put(row.key(), row);
      event.readings().forEach(reading -> add(event, reading, kept, now));
    }
  }

  /// Readings that are past their retention already do not change the rollup, which may know more
  /// than what is left.
  private void add(Event event, Reading reading, RetentionClass kept, Instant now) {
    Instant own = reading.at();
    Instant time = own == null ? event.time() : own;
    long micros = Micros.of(time);
    Name name = Name.of(event.device().value(), reading);
    names.add(name);
    switch (reading) {
      case Reading.Numeric number -> {
        pending.add(new Pending(name, micros, kept.days(), number.value(), null));
        if (!kept.isPast(time, now)) {
          hours.add(micros / HOUR * HOUR);
        }
      }
      case Reading.Textual text ->
          pending.add(new Pending(name, micros, kept.days(), null, text.value()));
    }
  }

  List<EventRow> events() {
    return List.copyOf(events.values());
  }

  Set<Name> names() {
    return names;
  }

  Set<RetentionClass> classes() {
    return classes;
  }

  /// The starts of the hours that have new numbers.
  Set<Long> hours() {
    return hours;
  }

  /// The readings, by the numbers of their series.
  List<ReadingRow> readings(Map<Name, Long> numbers) {
    Map<ReadingRow.Key, ReadingRow> rows = new HashMap<>();
    for (Pending one : pending) {
      ReadingRow.Key key =
          new ReadingRow.Key(numbers.getOrDefault(one.name, -1L), one.micros, one.days);
      rows.put(key, new ReadingRow(key, one.value, one.text));
    }
    return List.copyOf(rows.values());
  }

  /// The times that need room, as readings of no series.
  Set<ReadingRow.Key> places() {
    Set<ReadingRow.Key> places = new HashSet<>();
    for (Pending one : pending) {
      places.add(new ReadingRow.Key(0, one.micros, one.days));
    }
    return places;
  }
}
