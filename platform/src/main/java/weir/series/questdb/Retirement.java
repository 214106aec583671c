package weir.series.questdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.series.Micros;
import weir.series.RetentionClass;
import weir.series.StoreLimits;

/// Removes the days that are past their class's retention, and counts the events in them, so that
/// the books can tell removed from lost. The counts are lines in a small file.
final class Retirement {

  private static final Logger LOG = LoggerFactory.getLogger(Retirement.class);

  private final Engine engine;
  private final Tables tables;
  private final Path file;
  private final Duration rollupRetention;
  private final AtomicLong retired = new AtomicLong();

  Retirement(Engine engine, Tables tables, QuestDbSettings settings, StoreLimits limits) {
    this.engine = engine;
    this.tables = tables;
    this.file = settings.directory().resolve("retired.txt");
    this.rollupRetention = limits.rollupRetention();
    try {
      if (Files.exists(file)) {
        Files.readAllLines(file).forEach(line -> retired.addAndGet(Long.parseLong(line)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  void retire(Instant now) {
    for (RetentionClass kept : tables.classes()) {
      if (kept.days() == RetentionClass.FOR_EVER) {
        continue;
      }
      long boundary = Micros.of(kept.boundary(now));
      retireEvents(kept, boundary);
      dropBefore(kept.readings(), boundary);
      dropBefore(kept.texts(), boundary);
    }
    dropBefore(Tables.HOURLY, Micros.of(now.minus(rollupRetention)));
  }

  private void retireEvents(RetentionClass kept, long boundary) {
    long[] count = {0};
    engine.select(
        "select count() from " + kept.events() + " where ts < " + boundary,
        List.of(),
        row -> count[0] = row.getLong(0));
    if (count[0] == 0) {
      return;
    }
    engine.executeQueued("alter table " + kept.events() + " drop partition where ts < " + boundary);
    retired.addAndGet(count[0]);
    try {
      Files.writeString(
          file, count[0] + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
    LOG.info("removed old events class={} events={}", kept.suffix(), count[0]);
  }

  /// Partitions that end before the boundary go; one that reaches beyond it stays whole.
  private void dropBefore(String table, long boundary) {
    boolean[] any = {false};
    engine.select(
        "select ts from " + table + " where ts < " + boundary + " limit 1",
        List.of(),
        row -> any[0] = true);
    if (any[0]) {
      engine.executeQueued("alter table " + table + " drop partition where ts < " + boundary);
    }
  }

  long count() {
    return retired.get();
  }
}
