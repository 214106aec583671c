package weir.ingest.mqtt;

import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;

/// Told who comes and goes. Called on event loops, which must not be blocked.
public interface Presence {

  /// Nobody wants to know.
  Presence UNOBSERVED =
      new Presence() {
        @Override
        public void connected(String clientId, @Nullable DeviceId device) {}

        @Override
        public void disconnected(String clientId, @Nullable DeviceId device, Departure how) {}
      };

  /// How a connection ended.
  enum Departure {
    /// The client said so.
    GOODBYE,
    /// The network closed it, or its keep-alive ran out.
    LOST,
    /// The same client connected again.
    TAKEN_OVER,
    /// The server ended it: the client broke a rule, or the server stops.
    EXPELLED,
    /// The server ended it: the device was deleted or disabled, or its credential was revoked.
    BARRED
  }

  /// A client was admitted. The device is the one whose credential it showed.
  void connected(String clientId, @Nullable DeviceId device);

  /// The connection of an admitted client has ended.
  void disconnected(String clientId, @Nullable DeviceId device, Departure how);

  /// The will of a client is published.
  default void willPublished(String clientId, @Nullable DeviceId device, String topic) {}
}
