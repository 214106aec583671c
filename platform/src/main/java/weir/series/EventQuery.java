package weir.series;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;

/// Which events; what is null does not matter.
///
/// @param after the last event of the page before, to go on from there
/// @param limit most events in the page, 1 to [#LIMIT_MAX]
public record EventQuery(
    @Nullable DeviceId device,
    @Nullable String type,
    @Nullable String kind,
    @Nullable String family,
    @Nullable Instant from,
    @Nullable Instant to,
    @Nullable EventCursor after,
    int limit) {

  public static final int LIMIT_MAX = 1_000;

  public EventQuery {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new IllegalArgumentException("limit must be 1 to " + LIMIT_MAX);
    }
  }

  /// The newest events of all.
  public static EventQuery newest(int limit) {
    return new EventQuery(null, null, null, null, null, null, null, limit);
  }

  public EventQuery ofDevice(DeviceId id) {
    return new EventQuery(id, type, kind, family, from, to, after, limit);
  }

  public EventQuery ofFamily(String name) {
    return new EventQuery(device, type, kind, name, from, to, after, limit);
  }

  /// The next page, of another size.
  public EventQuery page(@Nullable EventCursor cursor, int size) {
    return new EventQuery(device, type, kind, family, from, to, cursor, size);
  }

  public EventQuery after(@Nullable EventCursor cursor) {
    return new EventQuery(device, type, kind, family, from, to, cursor, limit);
  }
}
