package weir.event;

import java.util.UUID;

/// What makes two messages the same event: the device that sent it and the id in its 128-bit form.
/// Two devices may use one id.
public record EventKey(String device, UUID id) {}
