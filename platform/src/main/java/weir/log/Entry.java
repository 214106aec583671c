package weir.log;

import org.jspecify.annotations.Nullable;

/// What is appended: a key that decides the partition, the bytes, and headers.
///
/// @param partition the partition to append to, or [#BY_KEY]
/// @param key records with one key stay in order; null spreads them
/// @param timestampMillis the record's time, milliseconds since the epoch; retention goes by it, so
///     an old one is removed at once
/// @param value null deletes the key in a compacted topic
@SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied; nobody compares entries.
public record Entry(
    Topic topic,
    int partition,
    @Nullable String key,
    long timestampMillis,
    byte @Nullable [] value,
    Headers headers) {

  /// Lets the key decide the partition.
  public static final int BY_KEY = -1;
}
