package weir.series.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import weir.device.SqlEngine;
import weir.series.EventQuery;
import weir.series.EventSamples;
import weir.series.SeriesStore;
import weir.series.SeriesStoreContract;
import weir.series.StoreLimits;
import weir.testkit.TestEngine;

@ParameterizedClass
@EnumSource(TestEngine.class)
class SqlStoreTest extends SeriesStoreContract {

  private final TestEngine engine;

  SqlStoreTest(TestEngine engine) {
    this.engine = engine;
  }

  @Override
  protected SeriesStore open(Path directory) {
    return new SqlStore(
        engine.in(directory, "series.db"),
        StoreLimits.defaults(),
        InstantSource.fixed(EventSamples.NOON),
        SeriesStoreContract::retentionOf);
  }

  @Test
  void bringsTheTablesOfTheFirstVersionUpToDate() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("older"));
    SqlEngine older = engine.in(folder, "series.db");
    Flyway.configure()
        .dataSource(older.source("series"))
        .locations("classpath:db/series-" + older.name())
        .placeholders(older.placeholders())
        .target("1")
        .load()
        .migrate();
    Jdbi.create(older.source("series"))
        .useHandle(handle -> firstVersion().forEach(handle::execute));
    Instant time = EventSamples.NOON;
    try (SeriesStore opened = open(folder)) {
      assertThat(opened.events(EventQuery.newest(10)).events())
          .extracting(event -> event.id().value())
          .containsExactly("old");
      opened.write(
          List.of(
              EventSamples.temperature("e-1", "a", time, 1),
              EventSamples.temperature("e-1", "b", time, 2)));

      assertThat(opened.eventCount()).isEqualTo(3);
    }
  }

  /// An event as the first version kept it.
  private List<String> firstVersion() {
    String columns =
        "INSERT INTO events (ts, id, keep_days, name, device, type, family, kind, received,"
            + " stored, json) VALUES ";
    String rest = "30, 'old', 'a', 'sensor', 'http', 'telemetry', %1$s, %1$s, '{}')";
    return switch (engine) {
      case SQLITE ->
          List.of(
              columns
                  + "(1772366400000000, x'00112233445566778899aabbccddeeff', "
                  + rest.formatted("1772366400000000"));
      case POSTGRES ->
          List.of(
              "CREATE TABLE events_30d PARTITION OF events FOR VALUES IN (30)"
                  + " PARTITION BY RANGE (ts)",
              "CREATE TABLE events_30d_20260301 PARTITION OF events_30d"
                  + " FOR VALUES FROM ('2026-03-01 00:00Z') TO ('2026-03-02 00:00Z')",
              columns
                  + "('2026-03-01 12:00Z', '00112233-4455-6677-8899-aabbccddeeff', "
                  + rest.formatted("'2026-03-01 12:00Z'"));
    };
  }
}
