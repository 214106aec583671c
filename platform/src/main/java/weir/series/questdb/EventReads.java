package weir.series.questdb;

import io.questdb.cairo.sql.Record;
import io.questdb.std.str.Utf8Sequence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.Event;
import weir.event.EventId;
import weir.event.EventKey;
import weir.series.EventCursor;
import weir.series.EventPage;
import weir.series.EventQuery;
import weir.series.Micros;
import weir.series.RetentionClass;
import weir.series.StoredEvent;

/// The questions about events. A page is put together from the tables of all classes; each
/// gives its own newest rows by scanning backwards, so a page costs what it holds.
final class EventReads {

  /// A page ends early when its JSON is larger than this.
  private static final int PAGE_BYTES_MAX = 8 * 1024 * 1024;

  /// How far an event's time is from the making of its id: for nearly all, then for most.
  private static final List<Duration> ID_TIME_WINDOWS =
      List.of(Duration.ofMinutes(1), Duration.ofDays(1));
  private static final String COLUMNS =
      "select ts, received, stored, device, type, family, kind, uuid, id, json from ";

  private final Engine engine;
  private final Tables tables;

  EventReads(Engine engine, Tables tables) {
    this.engine = engine;
    this.tables = tables;
  }

  /// A row and its place in the order of events.
  private record Row(EventCursor place, StoredEvent event) {}

  EventPage page(EventQuery query) {
    int wanted = query.limit() + 1;
    List<Row> rows = new ArrayList<>();
    for (RetentionClass kept : tables.classes()) {
      rows.addAll(newest(kept.events(), query, wanted));
    }
    rows.sort(Comparator.comparing(Row::place));
    int end = 0;
    long bytes = 0;
    while (end < Math.min(rows.size(), query.limit()) && bytes <= PAGE_BYTES_MAX) {
      bytes += rows.get(end++).event().json().length;
    }
    List<StoredEvent> events = rows.subList(0, end).stream().map(Row::event).toList();
    return new EventPage(events, end < rows.size() ? rows.get(end - 1).place() : null);
  }

  /// The first rows of a table in the order of events. Rows of one time are sorted
  /// here, because a table keeps them in no order.
  private List<Row> newest(String table, EventQuery query, int wanted) {
    List<Row> rows = new ArrayList<>();
    EventCursor after = query.after();
    if (after != null) {
      rows.addAll(oneTime(table, query, after.micros(), after, wanted));
    }
    int missing = wanted - rows.size();
    if (missing == 0) {
      return rows;
    }
    Filter filter = Filter.of(query);
    if (after != null) {
      filter.number("ts < ", after.micros());
    }
    List<Row> older = scan(table, filter, missing);
    if (older.size() < missing) {
      rows.addAll(older);
      return rows;
    }
    long last = older.getLast().place().micros();
    older.removeIf(row -> row.place().micros() == last);
    rows.addAll(older);
    rows.addAll(oneTime(table, query, last, null, wanted - rows.size()));
    return rows;
  }

  private List<Row> scan(String table, Filter filter, int limit) {
    List<Row> rows = new ArrayList<>();
    engine.select(
        COLUMNS + table + filter.where() + " order by ts desc limit " + limit,
        filter.values(),
        row -> rows.add(read(row)));
    rows.sort(Comparator.comparing(Row::place));
    return rows;
  }

  /// The rows of one time that come after a place, in their order.
  private List<Row> oneTime(
      String table, EventQuery query, long micros, @Nullable EventCursor after, int limit) {
    Filter filter = Filter.of(query).number("ts = ", micros);
    NavigableMap<EventCursor, Row> rows = new TreeMap<>();
    engine.select(
        COLUMNS + table + filter.where(),
        filter.values(),
        row -> {
          EventCursor place = place(row);
          boolean wanted = after == null || place.compareTo(after) > 0;
          if (wanted && (rows.size() < limit || place.compareTo(rows.lastKey()) < 0)) {
            rows.put(place, read(row));
            if (rows.size() > limit) {
              rows.pollLastEntry();
            }
          }
        });
    return List.copyOf(rows.values());
  }

  /// Events with an id, of one device or of all, newest first. An id that carries its own time
  /// (UUIDv7) is looked for near that time first; else all ids are scanned.
  List<StoredEvent> withId(EventId id, @Nullable DeviceId device, int limit) {
    UUID uuid = id.uuid();
    if (uuid.version() == 7) {
      Instant made = Instant.ofEpochMilli(uuid.getMostSignificantBits() >>> 16);
      for (Duration window : ID_TIME_WINDOWS) {
        Filter near =
            new Filter()
                .number("ts >= ", Micros.of(made.minus(window)))
                .number("ts < ", Micros.of(made.plus(window)));
        List<StoredEvent> found = find(id, device, near, limit);
        if (!found.isEmpty()) {
          return found;
        }
      }
    }
    return find(id, device, new Filter(), limit);
  }

  private List<StoredEvent> find(EventId id, @Nullable DeviceId device, Filter filter, int limit) {
    filter.value("uuid = ", id.uuid()).text("device = ", device == null ? null : device.value());
    List<Row> rows = new ArrayList<>();
    for (RetentionClass kept : tables.classes()) {
      rows.addAll(scan(kept.events(), filter, limit));
    }
    return rows.stream()
        .sorted(Comparator.comparing(Row::place))
        .map(Row::event)
        .filter(event -> event.id().equals(id))
        .limit(limit)
        .toList();
  }

  List<StoredEvent> events(List<EventId> ids, Instant from, Instant to) {
    List<StoredEvent> found = new ArrayList<>();
    if (ids.isEmpty()) {
      return found;
    }
    Filter filter =
        new Filter()
            .number("ts >= ", Micros.of(from))
            .number("ts < ", Micros.of(to))
            .among("uuid", ids.stream().map(id -> "'" + id.uuid() + "'").toList());
    Set<EventId> wanted = Set.copyOf(ids);
    for (RetentionClass kept : tables.classes()) {
      engine.select(
          COLUMNS + kept.events() + filter.where(),
          filter.values(),
          row -> {
            StoredEvent event = read(row).event();
            if (wanted.contains(event.id())) {
              found.add(event);
            }
          });
    }
    return found;
  }

  /// In which class each of these is, of those that are stored at their times.
  Map<EventKey, RetentionClass> classes(Collection<Event> wanted) {
    Map<EventKey, RetentionClass> found = new HashMap<>();
    LongSummaryStatistics times =
        wanted.stream().mapToLong(event -> Micros.of(event.time())).summaryStatistics();
    Filter filter =
        new Filter()
            .number("ts >= ", times.getMin())
            .number("ts <= ", times.getMax())
            .among("uuid", wanted.stream().map(event -> "'" + event.id().uuid() + "'").toList());
    for (RetentionClass kept : tables.classes()) {
      engine.select(
          "select device, uuid from " + kept.events() + filter.where(),
          filter.values(),
          row -> found.put(key(row), kept));
    }
    return found;
  }

  Map<String, Long> kinds(String type, Instant from, Instant to) {
    Filter filter =
        new Filter()
            .number("ts >= ", Micros.of(from))
            .number("ts < ", Micros.of(to))
            .value("type = ", type);
    Map<String, Long> kinds = new TreeMap<>();
    for (RetentionClass kept : tables.classes()) {
      engine.select(
          "select kind, count() from " + kept.events() + filter.where(),
          filter.values(),
          row -> kinds.merge(String.valueOf(row.getSymA(0)), row.getLong(1), Long::sum));
    }
    return kinds;
  }

  long count() {
    long[] count = {0};
    for (RetentionClass kept : tables.classes()) {
      engine.select(
          "select count() from " + kept.events(), List.of(), row -> count[0] += row.getLong(0));
    }
    return count[0];
  }

  void eachKey(Consumer<EventKey> visitor) {
    for (RetentionClass kept : tables.classes()) {
      engine.scan("select device, uuid from " + kept.events(), row -> visitor.accept(key(row)));
    }
  }

  List<EventKey> keysSince(Instant time, int limit) {
    List<EventKey> keys = new ArrayList<>();
    String where = new Filter().number("ts >= ", Micros.of(time)).where();
    for (RetentionClass kept : tables.classes()) {
      String sql =
          "select device, uuid from " + kept.events() + where + " order by ts desc limit " + limit;
      engine.select(sql, List.of(), row -> keys.add(key(row)));
    }
    return keys;
  }

  private static EventKey key(Record row) {
    return new EventKey(String.valueOf(row.getSymA(0)), uuid(row, 1));
  }

  private static EventCursor place(Record row) {
    DeviceId device = new DeviceId(String.valueOf(row.getSymA(3)));
    return new EventCursor(row.getTimestamp(0), uuid(row, 7), device);
  }

  private static Row read(Record row) {
    EventCursor place = place(row);
    Utf8Sequence id = row.getVarcharA(8);
    StoredEvent event =
        new StoredEvent(
            new EventId(id == null ? place.id().toString() : id.toString()),
            place.device(),
            String.valueOf(row.getSymA(4)),
            String.valueOf(row.getSymA(5)),
            String.valueOf(row.getSymA(6)),
            Micros.instant(place.micros()),
            Micros.instant(row.getTimestamp(1)),
            Micros.instant(row.getTimestamp(2)),
            bytes(row.getVarcharA(9)));
    return new Row(place, event);
  }

  private static UUID uuid(Record row, int column) {
    return new UUID(row.getLong128Hi(column), row.getLong128Lo(column));
  }

  private static byte[] bytes(@Nullable Utf8Sequence text) {
    if (text == null) {
      return new byte[0];
    }
    byte[] bytes = new byte[text.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = text.byteAt(i);
    }
    return bytes;
  }
}
