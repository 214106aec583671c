package weir.app;

import java.time.Instant;
import java.util.function.Consumer;
import weir.event.EventKey;
import weir.series.SeriesStore;
import weir.view.Audit;

/// The store as the audit sees it.
record StoredEvents(SeriesStore store) implements Audit.Stored {

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
