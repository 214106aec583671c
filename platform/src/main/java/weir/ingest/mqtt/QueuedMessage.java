package weir.ingest.mqtt;

import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.ingest.mqtt.packet.Message;

/// A message on its way to one session.
///
/// @param expiresAtMillis when it is of no use any more, or [Long#MAX_VALUE]
/// @param subscriptionIds identifiers of the subscriptions that it matched
/// @param receipt told what becomes of it; null when nobody wants to know
record QueuedMessage(
    Message message,
    int qos,
    boolean retain,
    long expiresAtMillis,
    List<Integer> subscriptionIds,
    @Nullable Receipt receipt) {

  /// What a queued message costs besides its payload.
  private static final int OVERHEAD_BYTES = 128;

  QueuedMessage(Message message, int qos, boolean retain, long expiresAtMillis, List<Integer> ids) {
    this(message, qos, retain, expiresAtMillis, ids, null);
  }

  void queued() {
    if (receipt != null) {
      receipt.queued();
    }
  }

  void settled(Receipt.Fate fate) {
    if (receipt != null) {
      receipt.settled(fate);
    }
  }

  int cost() {
    return message.payload().length + message.properties().length + OVERHEAD_BYTES;
  }
}
