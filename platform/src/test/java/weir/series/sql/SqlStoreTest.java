package weir.series.sql;

import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
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
}
