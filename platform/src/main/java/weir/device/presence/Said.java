package weir.device.presence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/// What a status message says of its device: `{"status": "offline"}` or `{"status": {"online":
/// false}}`.
enum Said {
  ONLINE,
  OFFLINE,
  NOTHING;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int BYTES_MAX = 16 * 1024;

  /// Reads a message on a topic that ends with `/status`; any other says nothing.
  static Said by(String path, byte[] payload) {
    if (!path.endsWith("/status") || payload.length > BYTES_MAX) {
      return NOTHING;
    }
    JsonNode status;
    try {
      status = JSON.readTree(payload).path("status");
    } catch (IOException unreadable) {
      return NOTHING;
    }
    JsonNode online = status.path("online");
    if (online.isBoolean()) {
      return online.booleanValue() ? ONLINE : OFFLINE;
    }
    return switch (status.asText("")) {
      case "online" -> ONLINE;
      case "offline" -> OFFLINE;
      default -> NOTHING;
    };
  }
}
