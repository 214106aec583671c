package weir.pipeline;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import weir.event.Rejection;

/// How the pipeline does, since it was started.
///
/// @param processed raw messages that were decided on
/// @param enriched of these, events written
/// @param setAside of these, dead letters by reason
/// @param retried of these, handed to the retry topic
/// @param repeated handed-over messages that came twice and were skipped
/// @param relayed messages brought back from the retry topic
/// @param typesRegistered device types that came to be by first contact
/// @param lastError the latest thing that went wrong with a shared part, as a sentence
/// @param stuckSince since when a shared part has been away, and the pipeline waits for it
/// @param stopped whether unexpected errors came so often that the pipeline has stopped, until
///     it is told to resume
public record PipelineHealth(
    long processed,
    long enriched,
    Map<Rejection.Reason, Long> setAside,
    long retried,
    long repeated,
    long relayed,
    int typesRegistered,
    Optional<String> lastError,
    Optional<Instant> stuckSince,
    boolean stopped) {

  public PipelineHealth {
    setAside = Map.copyOf(setAside);
  }
}
