package weir.series;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Events, newest first, and where the next page goes on.
///
/// @param next null when there are no more
public record EventPage(List<StoredEvent> events, @Nullable EventCursor next) {

  public EventPage {
    events = List.copyOf(events);
  }
}
