package weir.pipeline;

import weir.device.FirstContact;
import weir.event.Event;
import weir.event.Rejection;

/// What became of one raw message. The family is [#UNKNOWN_FAMILY] when no dialect knew the
/// topic.
sealed interface Outcome {

  String UNKNOWN_FAMILY = "unknown";

  String family();

  /// It was understood.
  ///
  /// @param detectedType what the message says or lets infer; the event's type is the
  ///     registry's
  /// @param timeValid whether the message said when it happened, and that could be
  /// @param complete whether every channel of a trends message has a name and a time
  record Decoded(Event event, String detectedType, boolean timeValid, boolean complete)
      implements Outcome {
    @Override
    public String family() {
      return event.family();
    }
  }

  /// It cannot be used.
  record SetAside(String family, Rejection rejection) implements Outcome {}

  /// A reference is missing that may be there later.
  record Waiting(String family, Rejection rejection) implements Outcome {}

  /// The device is to be registered; then the message is decoded again.
  record Unregistered(String family, FirstContact contact) implements Outcome {}
}
