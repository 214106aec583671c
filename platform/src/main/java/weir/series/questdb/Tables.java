package weir.series.questdb;

import io.questdb.cairo.TableToken;
import io.questdb.cairo.sql.TableMetadata;
import io.questdb.std.ObjHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListSet;
import weir.series.RetentionClass;

/// Which tables there are, and how they are made. Classes appear when the first event of one is
/// written and stay.
final class Tables {

  static final String HOURLY = "hourly";
  static final String SERIES = "series";
  private static final String EVENTS = "events_";
  private static final String EVENT_KEYS = "(ts, uuid, device)";

  private final Engine engine;
  private final UnfinishedTables unfinished;
  private final ConcurrentSkipListSet<RetentionClass> classes = new ConcurrentSkipListSet<>();

  Tables(Engine engine, UnfinishedTables unfinished) {
    this.engine = engine;
    this.unfinished = unfinished;
    make(
        Map.of(
            SERIES,
            "(id int, device varchar, metric varchar, unit varchar, kind byte)",
            HOURLY,
            "(ts timestamp, series int, low double, high double, total double, n long)"
                + " timestamp(ts) partition by month wal dedup upsert keys(ts, series)"));
    ObjHashSet<TableToken> tokens = new ObjHashSet<>();
    engine.cairo().getTableTokens(tokens, false);
    for (int i = 0; i < tokens.size(); i++) {
      String name = tokens.get(i).getTableName();
      if (name.startsWith(EVENTS)) {
        RetentionClass.parse(name.substring(EVENTS.length())).ifPresent(this::require);
        keyByDevice(name);
      }
    }
  }

  /// Makes the tables of a class unless they are there.
  void require(RetentionClass kept) {
    if (classes.contains(kept)) {
      return;
    }
    make(
        Map.of(
            kept.events(),
            "(ts timestamp, received timestamp, stored timestamp,"
                + " device symbol capacity 16384 nocache, type symbol, family symbol, kind symbol,"
                + " uuid uuid, id varchar, json varchar)"
                + " timestamp(ts) partition by day wal dedup upsert keys"
                + EVENT_KEYS,
            kept.readings(),
            "(ts timestamp, series int, value double)"
                + " timestamp(ts) partition by day wal dedup upsert keys(ts, series)",
            kept.texts(),
            "(ts timestamp, series int, value varchar)"
                + " timestamp(ts) partition by day wal dedup upsert keys(ts, series)"));
    classes.add(kept);
  }

  /// Makes those that are missing, all or none of them.
  private void make(Map<String, String> columnsByName) {
    List<String> missing =
        columnsByName.keySet().stream()
            .filter(name -> engine.cairo().getTableTokenIfExists(name) == null)
            .toList();
    if (missing.isEmpty()) {
      return;
    }
    unfinished.begin(missing);
    for (String name : missing) {
      engine.execute("create table " + name + " " + columnsByName.get(name));
    }
    unfinished.end();
  }

  /// Stores from before took two devices' events of one id and time for one.
  private void keyByDevice(String events) {
    boolean keyed;
    try (TableMetadata columns = engine.cairo().getTableMetadata(engine.table(events))) {
      keyed = columns.isDedupKey(columns.getColumnIndex("device"));
    }
    if (!keyed) {
      engine.execute("alter table " + events + " dedup enable upsert keys" + EVENT_KEYS);
    }
  }

  List<RetentionClass> classes() {
    return List.copyOf(classes);
  }

  /// The tables that are written through the WAL.
  List<TableToken> logged() {
    ObjHashSet<TableToken> tokens = new ObjHashSet<>();
    engine.cairo().getTableTokens(tokens, false);
    return java.util.stream.IntStream.range(0, tokens.size())
        .mapToObj(tokens::get)
        .filter(TableToken::isWal)
        .toList();
  }
}
