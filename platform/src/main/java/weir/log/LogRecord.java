package weir.log;

import org.jspecify.annotations.Nullable;

/// A record as it was read from the log.
@SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied; nobody compares records.
public record LogRecord(
    Position position,
    @Nullable String key,
    long timestampMillis,
    byte @Nullable [] value,
    Headers headers) {}
