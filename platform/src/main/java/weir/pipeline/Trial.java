package weir.pipeline;

import weir.device.Directory;
import weir.event.Event;
import weir.event.Rejection;
import weir.log.LogRecord;

/// Today's decoding of raw records, for looking only: it registers nothing and writes nothing.
/// Owned by one thread.
public final class Trial {

  private final Decoding decoding;

  public Trial(Dialects dialects, Directory directory, PipelineSettings settings) {
    PipelineSettings registeringNothing = settings.withoutNewTypes();
    this.decoding =
        new Decoding(
            dialects, directory, registeringNothing, new NewTypes(directory, registeringNothing));
  }

  /// What would become of a record.
  public sealed interface Result {

    /// @param timeGiven whether the message says when it happened
    record Decoded(Event event, boolean timeGiven) implements Result {}

    record Refused(Rejection rejection) implements Result {}
  }

  public Result decode(LogRecord record) {
    return switch (decoding.decode(RawRecord.of(record).message())) {
      case Outcome.Decoded(Event event, String _, boolean timeValid, boolean _) ->
          new Result.Decoded(event, timeValid);
      case Outcome.SetAside(String _, Rejection why) -> new Result.Refused(why);
      case Outcome.Waiting(String _, Rejection why) -> new Result.Refused(why);
      case Outcome.Unregistered _ ->
          new Result.Refused(
              new Rejection(Rejection.Reason.UNKNOWN_DEVICE, "the device is not registered"));
    };
  }
}
