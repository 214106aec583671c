package weir.device;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Whose a device is: a customer. Personal data: never in messages or logs.
public record Owner(
    String id,
    String name,
    @Nullable String email,
    @Nullable String phone,
    @Nullable String address,
    Instant createdAt) {}
