package weir.series.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import weir.device.SqlEngine;
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
    Instant time = EventSamples.NOON;
    try (SeriesStore opened = open(folder)) {
      opened.write(
          List.of(
              EventSamples.temperature("e-1", "a", time, 1),
              EventSamples.temperature("e-1", "b", time, 2)));

      assertThat(opened.eventCount()).isEqualTo(2);
    }
  }
}
