package weir.app;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.device.Credential;
import weir.device.DeviceId;
import weir.device.Registry;
import weir.ingest.Access;

/// Lets senders in by what the registry knows: a device by its credential, the operator by the
/// admin token (given as password, with any user name or none), nobody in particular on loopback
/// when that is allowed.
final class RegistryAccess implements Access {

  private final Registry registry;
  private final boolean anonymousOnLoopback;

  RegistryAccess(Registry registry, boolean anonymousOnLoopback) {
    this.registry = registry;
    this.anonymousOnLoopback = anonymousOnLoopback;
  }

  @Override
  public Identity identify(@Nullable String user, @Nullable String password, boolean loopback) {
    if (password == null) {
      boolean allowed = user == null && loopback && anonymousOnLoopback;
      return allowed ? new Identity.Anonymous() : new Identity.Denied();
    }
    Optional<Credential> shown =
        user == null || !DeviceId.isValid(user)
            ? Optional.empty()
            : registry.credentials().verify(user, password);
    if (shown.isPresent()) {
      return new Identity.Device(shown.get().device(), shown.get().expiresAt());
    }
    return registry.adminToken().matches(password)
        ? new Identity.Administrator()
        : new Identity.Denied();
  }
}
