package weir.ingest.mqtt;

import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.ingest.Access.Identity;

/// What a session belongs to: a client identifier of one identity. Identities do not share client
/// identifiers, so none can take over, inherit or block the session of another.
///
/// @param device the device whose credential was shown, if it was one
record SessionKey(Realm realm, @Nullable DeviceId device, String clientId) {

  enum Realm {
    DEVICE,
    ADMINISTRATOR,
    ANONYMOUS
  }

  static SessionKey of(Identity identity, String clientId) {
    return switch (identity) {
      case Identity.Device device -> new SessionKey(Realm.DEVICE, device.id(), clientId);
      case Identity.Administrator administrator ->
          new SessionKey(Realm.ADMINISTRATOR, null, clientId);
      case Identity.Anonymous anonymous -> new SessionKey(Realm.ANONYMOUS, null, clientId);
      case Identity.Denied denied -> throw new IllegalArgumentException("denied");
    };
  }
}
