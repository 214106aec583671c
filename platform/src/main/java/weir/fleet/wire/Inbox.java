package weir.fleet.wire;

import java.util.List;

/// Hears what comes in on the topics that a line subscribed to, QoS 1, its own messages left out.
/// Called on the line's own thread; must not block.
public interface Inbox {

  /// For lines that only speak.
  Inbox NONE =
      new Inbox() {
        @Override
        public List<String> filters() {
          return List.of();
        }

        @Override
        public void subscribed() {}

        @Override
        public void received(String topic, byte[] payload) {}
      };

  /// What to subscribe to, each time that the line is connected.
  List<String> filters();

  /// The subscriptions are there; what was published before may have been missed.
  void subscribed();

  void received(String topic, byte[] payload);
}
