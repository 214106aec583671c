package weir.series.sql;

import java.util.UUID;
import weir.event.Event;
import weir.event.EventKey;

/// An event as a row.
///
/// @param days how long it is kept, as [weir.series.RetentionClass] has it
record EventRow(long micros, UUID id, int days, Event event, long storedMicros) {

  /// What tells it from every other row.
  record Key(long micros, EventKey key, int days) {}

  Key key() {
    return new Key(micros, new EventKey(event.device().value(), id), days);
  }
}
