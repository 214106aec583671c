package weir.series;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How the writer is doing since its start.
///
/// @param repeats events that came again and were written before
/// @param setAside events that the store refused
/// @param lastBatch events in the last batch
/// @param lastWriteAt when the last batch was committed
/// @param lastReceivedMillis receive time of the newest event written, milliseconds since the
///     epoch; the distance to now is how far the store lags when there is something to write
/// @param stuckSince since when it cannot write, null when it can
/// @param trouble why it cannot write, empty when it can
public record WriterHealth(
    long events,
    long readings,
    long repeats,
    long setAside,
    long batches,
    int lastBatch,
    @Nullable Instant lastWriteAt,
    long lastReceivedMillis,
    @Nullable Instant stuckSince,
    String trouble) {}
