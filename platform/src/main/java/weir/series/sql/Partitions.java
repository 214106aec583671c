package weir.series.sql;

import static weir.device.Statements.query;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;
import weir.device.Database;
import weir.series.Micros;
import weir.series.RetentionClass;

/// The partitions of plain PostgreSQL: by class, and then by day, or by month for what is kept
/// longer than a month. Each is made before the first row of its time and removed whole.
final class Partitions {

  private static final int DAILY_UP_TO = 31;
  private static final DateTimeFormatter DAY = DateTimeFormatter.BASIC_ISO_DATE;
  private static final List<String> TABLES = List.of("events", "readings");

  private final Database database;
  private final Set<Partition> known = ConcurrentHashMap.newKeySet();

  Partitions(Database database) {
    this.database = database;
  }

  /// The rows of a class and a time.
  private record Partition(String table, int days, LocalDate start) {

    static Partition of(String table, int days, long micros) {
      LocalDate day = LocalDate.ofInstant(Micros.instant(micros), ZoneOffset.UTC);
      return new Partition(table, days, isDaily(days) ? day : day.withDayOfMonth(1));
    }

    private static boolean isDaily(int days) {
      return days != RetentionClass.FOR_EVER && days <= DAILY_UP_TO;
    }

    LocalDate end() {
      return isDaily(days) ? start.plusDays(1) : start.plusMonths(1);
    }

    String parent() {
      return table + "_" + new RetentionClass(days).suffix();
    }

    String name() {
      return parent() + "_" + DAY.format(start);
    }
  }

  void require(Collection<EventRow> events, Collection<ReadingRow.Key> readings) {
    for (EventRow row : events) {
      require(Partition.of("events", row.days(), row.micros()));
    }
    for (ReadingRow.Key key : readings) {
      require(Partition.of("readings", key.days(), key.micros()));
    }
  }

  private void require(Partition partition) {
    if (known.contains(partition)) {
      return;
    }
    boolean _ = known.add(database.write(handle -> make(handle, partition)));
  }

  private static Partition make(Handle handle, Partition wanted) {
    attach(
        handle,
        wanted.parent(),
        wanted.table(),
        "PARTITION BY RANGE (ts)",
        "IN (%d)".formatted(wanted.days()));
    attach(
        handle,
        wanted.name(),
        wanted.parent(),
        "",
        "FROM ('%s 00:00Z') TO ('%s 00:00Z')".formatted(wanted.start(), wanted.end()));
    return wanted;
  }

  /// Makes a table that is missing beside its parent and attaches it then, which waits for no
  /// reader of the parent; making it in its place would, and everybody else behind it.
  private static void attach(
      Handle handle, String name, String parent, String parts, String values) {
    if (!children(handle, parent).contains(name)) {
      int _ =
          handle.execute(
              "CREATE TABLE %s (LIKE %s INCLUDING ALL) %s".formatted(name, parent, parts));
      int _ =
          handle.execute(
              "ALTER TABLE %s ATTACH PARTITION %s FOR VALUES %s".formatted(parent, name, values));
    }
  }

  /// What was made here may have been removed by another process.
  void forget() {
    known.clear();
  }

  /// Removes the partitions that end before a time; returns how many events were in them.
  long dropBefore(Handle handle, RetentionClass kept, Instant boundary) {
    LocalDate first = LocalDate.ofInstant(boundary, ZoneOffset.UTC);
    long events = 0;
    for (String table : TABLES) {
      String parent = table + "_" + kept.suffix();
      for (String name : children(handle, parent)) {
        LocalDate start = LocalDate.parse(name.substring(parent.length() + 1), DAY);
        if (!new Partition(table, kept.days(), start).end().isAfter(first)) {
          events += table.equals("events") ? count(handle, name) : 0;
          int _ = handle.execute("DROP TABLE " + name);
        }
      }
    }
    forget();
    return events;
  }

  private static List<String> children(Handle handle, String parent) {
    return query(
        handle,
        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            + " WHERE i.inhparent = to_regclass(?) ORDER BY 1",
        row -> row.getString(1),
        parent);
  }

  private static long count(Handle handle, String table) {
    return query(handle, "SELECT COUNT(*) FROM " + table, row -> row.getLong(1)).getFirst();
  }
}
