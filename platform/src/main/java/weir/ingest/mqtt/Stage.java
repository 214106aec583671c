package weir.ingest.mqtt;

import weir.ingest.mqtt.packet.Connect;

/// Where a connection is in its life.
///
///     AwaitingConnect ──CONNECT──▶ Authenticating ──admitted──▶ Active ──▶ Closed
///            └─────────────────────────┴──── refused, too slow ─────────────▲
sealed interface Stage {

  Stage AWAITING_CONNECT = new AwaitingConnect();
  Stage AUTHENTICATING = new Authenticating();
  Stage CLOSED = new Closed();

  /// Nothing came yet; only CONNECT may.
  record AwaitingConnect() implements Stage {}

  /// CONNECT came and is judged elsewhere; nothing is read meanwhile.
  record Authenticating() implements Stage {}

  /// Admitted.
  record Active(
      Connect connect,
      String clientId,
      long sessionExpirySeconds,
      Permission permission,
      Session session,
      Routes routes,
      TopicAliases aliases)
      implements Stage {}

  /// Ended; what still comes is thrown away.
  record Closed() implements Stage {}
}
