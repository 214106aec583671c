package weir.ingest.mqtt;

import weir.ingest.mqtt.packet.Subscribe;

/// One filter of one session, with its options.
///
/// @param id the client's identifier for it, or 0
record Subscription(Session session, TopicFilter filter, Subscribe.Request options, int id) {

  /// The quality of service granted: 2 is granted as 1.
  int qos() {
    return Math.min(options.qos(), 1);
  }
}
