package weir.device;

import org.jspecify.annotations.Nullable;

/// Which devices to list, in the order of their ids.
///
/// @param text found anywhere in id, name, model or location; A to Z in either case
/// @param after start behind this id; costs the same on every page
/// @param offset skip so many; for those that number their pages
public record DeviceQuery(
    @Nullable String type,
    @Nullable String text,
    @Nullable Boolean enabled,
    @Nullable String after,
    long offset,
    int limit) {

  public static final int LIMIT_MAX = 1000;

  public DeviceQuery {
    if (limit < 1 || limit > LIMIT_MAX || offset < 0) {
      throw new IllegalArgumentException("limit must be 1 to 1000, offset 0 or more");
    }
  }

  /// The first devices of all.
  public static DeviceQuery first(int limit) {
    return new DeviceQuery(null, null, null, null, 0, limit);
  }
}
