package weir.ingest;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;

/// Decides who a sender is. May ask a database, so it is called where blocking is allowed.
public interface Access {

  /// Who is there, from what was presented. Both null: nothing was presented.
  ///
  /// @param loopback whether the peer's address is a loopback address
  Identity identify(@Nullable String user, @Nullable String password, boolean loopback);

  /// The answer.
  sealed interface Identity {

    /// A device with a valid credential: it may speak for itself only.
    ///
    /// @param until when the credential ends; null for never
    record Device(DeviceId id, @Nullable Instant until) implements Identity {}

    /// The holder of the admin token: may speak for every device.
    record Administrator() implements Identity {}

    /// Nobody in particular, on loopback where that is allowed: may speak for every device.
    record Anonymous() implements Identity {}

    /// Not to be let in.
    record Denied() implements Identity {}
  }
}
