package weir.subscriber.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One request and what came of it.
///
/// @param status the HTTP status; null when there was no answer
/// @param detail what went wrong when there was no answer, or why none was understood
/// @param answer the first 2 KB of the body, kept for failures only
record Attempt(
    Instant at,
    Verdict verdict,
    @Nullable Integer status,
    long millis,
    String detail,
    String answer) {}
