package weir.app;

import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;
import weir.series.SeriesStore;
import weir.view.Audit;

/// The store as the audit sees it.
record StoredEvents(SeriesStore store) implements Audit.Stored {

  @Override
  public long count() {
    return store.eventCount();
  }

  @Override
  public void forEach(Consumer<UUID> visitor) {
    store.eachEventId(visitor);
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
