package weir.device;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A device's right to connect. The token itself is shown once, when it is issued; only its SHA-256
/// is kept.
///
/// @param label what the issuer called it
/// @param expiresAt when it ends; null for never
/// @param revokedAt when it was taken back; null while it holds
public record Credential(
    String id,
    DeviceId device,
    String label,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant revokedAt) {

  public boolean isValidAt(Instant time) {
    return revokedAt == null && (expiresAt == null || time.isBefore(expiresAt));
  }
}
