package weir.series.questdb;

import io.questdb.cairo.CairoError;
import io.questdb.cairo.CairoException;
import io.questdb.cairo.TableWriter;
import io.questdb.cairo.wal.WalWriter;
import io.questdb.std.str.Utf8String;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.event.Event;
import weir.event.Reading;
import weir.series.Micros;
import weir.series.RetentionClass;

/// Turns events into rows of their class's tables. Owned by the writing thread.
///
/// What is added is committed together. After a failure everything is rolled back and the writers
/// are given up; the next batch opens new ones.
final class EventRows implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EventRows.class);

  private final Engine engine;
  private final Tables tables;
  private final SeriesCatalog catalog;
  private final Map<RetentionClass, Writers> writers = new HashMap<>();

  EventRows(Engine engine, Tables tables, SeriesCatalog catalog) {
    this.engine = engine;
    this.tables = tables;
    this.catalog = catalog;
  }

  void add(Event event, RetentionClass kept, long storedMicros) {
    Writers open = writers.computeIfAbsent(kept, this::open);
    long time = Micros.of(event.time());
    addEvent(event, time, storedMicros, open.events);
    for (Reading reading : event.readings()) {
      long readingTime = Micros.of(timeOf(reading, event));
      int series = catalog.id(event.device().value(), reading);
      switch (reading) {
        case Reading.Numeric number -> {
          TableWriter.Row row = open.readings.newRow(readingTime);
          row.putInt(1, series);
          row.putDouble(2, number.value());
          row.append();
        }
        case Reading.Textual text -> {
          TableWriter.Row row = open.texts.newRow(readingTime);
          row.putInt(1, series);
          row.putVarchar(2, new Utf8String(text.value()));
          row.append();
        }
      }
    }
  }

  static Instant timeOf(Reading reading, Event event) {
    Instant own = reading.at();
    return own == null ? event.time() : own;
  }

  private void addEvent(Event event, long time, long storedMicros, WalWriter writer) {
    UUID id = event.id().uuid();
    TableWriter.Row row = writer.newRow(time);
    row.putTimestamp(1, Micros.of(event.receivedAt()));
    row.putTimestamp(2, storedMicros);
    row.putSym(3, event.device().value());
    row.putSym(4, event.type());
    row.putSym(5, event.family());
    row.putSym(6, event.kind());
    row.putLong128(7, id.getLeastSignificantBits(), id.getMostSignificantBits());
    if (!id.toString().equals(event.id().value())) {
      row.putVarchar(8, new Utf8String(event.id().value()));
    }
    row.putVarchar(9, new ByteText(event.json()));
    row.append();
  }

  /// The writers of one class's tables.
  private record Writers(WalWriter events, WalWriter readings, WalWriter texts) {

    List<WalWriter> all() {
      return List.of(events, readings, texts);
    }
  }

  private Writers open(RetentionClass kept) {
    tables.require(kept);
    return new Writers(writer(kept.events()), writer(kept.readings()), writer(kept.texts()));
  }

  private WalWriter writer(String table) {
    return engine.cairo().getWalWriter(engine.table(table));
  }

  private Stream<WalWriter> writers() {
    return writers.values().stream().flatMap(open -> open.all().stream());
  }

  void commit() {
    catalog.commit();
    for (WalWriter writer : writers().toList()) {
      if (writer.getUncommittedRowCount() > 0) {
        writer.commit();
      }
    }
  }

  /// Never throws for what QuestDB could not do: what made the rollback necessary is what counts.
  void rollback() {
    try {
      catalog.rollback();
    } catch (CairoException | CairoError e) {
      LOG.warn("new series could not be rolled back reason={}", e.getMessage());
    }
    close();
  }

  /// Gives the writers back; what they have not committed is dropped. A writer that fails at
  /// that, on a full disk for instance, is not used again.
  @Override
  public void close() {
    for (WalWriter writer : writers().toList()) {
      try {
        writer.close();
      } catch (CairoException | CairoError e) {
        LOG.warn("a table writer did not close well reason={}", e.getMessage());
      }
    }
    writers.clear();
  }
}
