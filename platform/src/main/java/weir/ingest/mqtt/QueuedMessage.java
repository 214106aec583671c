package weir.ingest.mqtt;

import java.util.List;
import weir.ingest.mqtt.packet.Message;

/// A message on its way to one session.
///
/// @param expiresAtMillis when it is of no use any more, or [Long#MAX_VALUE]
/// @param subscriptionIds identifiers of the subscriptions that it matched
record QueuedMessage(
    Message message, int qos, boolean retain, long expiresAtMillis, List<Integer> subscriptionIds) {

  /// What a queued message costs besides its payload.
  private static final int OVERHEAD_BYTES = 128;

  int cost() {
    return message.payload().length + message.properties().length + OVERHEAD_BYTES;
  }
}
