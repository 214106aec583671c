package weir.series.questdb;

import java.nio.file.Path;
import java.time.InstantSource;
import weir.series.EventSamples;
import weir.series.SeriesStore;
import weir.series.SeriesStoreContract;
import weir.series.StoreLimits;

class QuestDbStoreTest extends SeriesStoreContract {

  @Override
  protected SeriesStore open(Path directory) {
    return new QuestDbStore(
        QuestDbSettings.in(directory),
        StoreLimits.defaults(),
        InstantSource.fixed(EventSamples.NOON),
        SeriesStoreContract::retentionOf);
  }
}
