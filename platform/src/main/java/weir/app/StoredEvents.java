package weir.app;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import weir.event.EventKey;
import weir.series.SeriesStore;
import weir.series.StoreException;
import weir.view.Audit;

/// The store as the audit sees it.
record StoredEvents(SeriesStore store) implements Audit.Stored {

  private static final Duration WRITTEN_LIMIT = Duration.ofSeconds(60);

  @Override
  public void awaitWritten() {
    if (!store.awaitQueryable(WRITTEN_LIMIT)) {
      throw new StoreException("the store does not catch up with what was written to it");
    }
  }

  @Override
  public long count() {
    return store.eventCount();
  }

  @Override
  public void forEach(Consumer<EventKey> visitor) {
    store.eachKey(visitor);
  }

  @Override
  public boolean hasRetired() {
    return store.retiredCount() > 0;
  }

  @Override
  public boolean isRetired(String type, Instant time) {
    return store.isRetired(type, time);
  }
}
