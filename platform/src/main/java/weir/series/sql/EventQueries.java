package weir.series.sql;

import static weir.device.Statements.query;
import static weir.device.Statements.scan;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.EventId;
import weir.event.EventKey;
import weir.series.EventCursor;
import weir.series.EventPage;
import weir.series.EventQuery;
import weir.series.Micros;
import weir.series.StoredEvent;

/// The questions about events.
final class EventQueries {

  /// A page ends early when its JSON is larger than this.
  private static final int PAGE_BYTES_MAX = 8 * 1024 * 1024;

  private static final String COLUMNS =
      "SELECT ts, id, name, device, type, family, kind, received, stored, json FROM events";

  private final Dialect dialect;

  EventQueries(Dialect dialect) {
    this.dialect = dialect;
  }

  EventPage page(Handle handle, EventQuery asked) {
    Condition condition = condition(asked);
    List<StoredEvent> events = new ArrayList<>();
    EventCursor[] last = {null, null};
    long[] bytes = {0};
    scan(
        handle,
        COLUMNS + condition.where() + " ORDER BY ts DESC, id, device LIMIT " + (asked.limit() + 1),
        row -> {
          if (events.size() == asked.limit() || bytes[0] > PAGE_BYTES_MAX) {
            last[1] = last[0];
            return false;
          }
          StoredEvent event = read(row);
          events.add(event);
          bytes[0] += event.json().length;
          last[0] = new EventCursor(dialect.micros(row, 1), dialect.id(row, 2), event.device());
          return true;
        },
        condition.values());
    return new EventPage(events, last[1]);
  }

  private Condition condition(EventQuery asked) {
    Condition condition = new Condition();
    condition.addIf("device = ?", asked.device() == null ? null : asked.device().value());
    condition.addIf("type = ?", asked.type());
    condition.addIf("kind = ?", asked.kind());
    condition.addIf("family = ?", asked.family());
    condition.addIf("ts >= ?", time(asked.from()));
    condition.addIf("ts < ?", time(asked.to()));
    EventCursor after = asked.after();
    if (after != null) {
      Object time = dialect.time(after.micros());
      condition.add("ts <= ?", time);
      Object id = dialect.id(after.id());
      String device = after.device().value();
      condition.add("(ts < ? OR id > ? OR (id = ? AND device > ?))", time, id, id, device);
    }
    return condition;
  }

  private @Nullable Object time(@Nullable Instant time) {
    return time == null ? null : dialect.time(Micros.of(time));
  }

  /// Those with an id, of one device or of all, newest first.
  List<StoredEvent> withId(Handle handle, EventId id, @Nullable DeviceId device, int limit) {
    Condition condition = new Condition().add("id = ?", dialect.id(id.uuid()));
    condition.addIf("device = ?", device == null ? null : device.value());
    String sql = COLUMNS + condition.where() + " ORDER BY ts DESC, device LIMIT " + limit;
    return query(handle, sql, this::read, condition.values()).stream()
        .filter(event -> event.id().equals(id))
        .toList();
  }

  List<StoredEvent> events(Handle handle, List<EventId> ids, Instant from, Instant to) {
    Condition condition =
        new Condition()
            .among("id", ids.stream().map(id -> dialect.id(id.uuid())).toList())
            .add("ts >= ?", dialect.time(Micros.of(from)))
            .add("ts < ?", dialect.time(Micros.of(to)));
    Set<EventId> wanted = Set.copyOf(ids);
    return query(handle, COLUMNS + condition.where(), this::read, condition.values()).stream()
        .filter(event -> wanted.contains(event.id()))
        .toList();
  }

  Map<String, Long> kinds(Handle handle, String type, Instant from, Instant to) {
    Map<String, Long> kinds = new TreeMap<>();
    scan(
        handle,
        "SELECT kind, COUNT(*) FROM events WHERE type = ? AND ts >= ? AND ts < ? GROUP BY kind",
        row -> {
          kinds.put(row.getString(1), row.getLong(2));
          return true;
        },
        type,
        dialect.time(Micros.of(from)),
        dialect.time(Micros.of(to)));
    return kinds;
  }

  void eachKey(Handle handle, Consumer<EventKey> visitor) {
    scan(
        handle,
        "SELECT device, id FROM events",
        row -> {
          visitor.accept(key(row));
          return true;
        });
  }

  private EventKey key(ResultSet row) throws SQLException {
    return new EventKey(row.getString(1), dialect.id(row, 2));
  }

  List<EventKey> keysSince(Handle handle, Instant time, int limit) {
    return query(
        handle,
        "SELECT device, id FROM events WHERE ts >= ? ORDER BY ts DESC LIMIT ?",
        this::key,
        dialect.time(Micros.of(time)),
        limit);
  }

  private StoredEvent read(ResultSet row) throws SQLException {
    String name = row.getString(3);
    return new StoredEvent(
        new EventId(name == null ? dialect.id(row, 2).toString() : name),
        new DeviceId(row.getString(4)),
        row.getString(5),
        row.getString(6),
        row.getString(7),
        instant(row, 1),
        instant(row, 8),
        instant(row, 9),
        row.getString(10).getBytes(StandardCharsets.UTF_8));
  }

  private Instant instant(ResultSet row, int column) throws SQLException {
    return Micros.instant(dialect.micros(row, column));
  }
}
