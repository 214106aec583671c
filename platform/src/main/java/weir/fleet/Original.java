package weir.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.fleet.model.Rating;

/// A registered device, as far as its mirror follows it.
///
/// @param rating what it draws: its own values where it has some, else those of its type
record Original(
    DeviceId id, String type, String name, String location, Rating rating, boolean enabled) {

  private static final String PREFIX = "mock-";
  private static final String MIRROR = "mock-real-";
  private static final String STANDARD_TYPE = "sensor";

  /// All that are to be mirrored.
  static List<Original> all(RestPages platform) throws IOException, InterruptedException {
    List<Original> all = new ArrayList<>();
    platform.each("/api/devices?page_size=1000", device -> of(device).ifPresent(all::add));
    return all;
  }

  /// Reads a device as the registry shows it; empty when it is not to be mirrored: it is simulated
  /// itself, speaks already, or was made to stand for an appliance.
  static Optional<Original> of(JsonNode device) {
    String id = device.path("id").asText("");
    String origin = device.path("metadata").path("registered_by").asText("");
    boolean speaks = origin.equals("first_contact") || origin.equals("generator");
    if (id.startsWith(PREFIX) || speaks || !DeviceId.isValid(MIRROR + id)) {
      return Optional.empty();
    }
    String type = device.path("type").asText(STANDARD_TYPE);
    Rating rating =
        Rating.steady(type).with(number(device, "base_power"), number(device, "base_voltage"));
    return Optional.of(
        new Original(
            new DeviceId(id),
            type,
            device.path("name").asText("Mock " + type),
            device.path("location").asText("Unknown Location"),
            rating,
            device.path("enabled").asBoolean(true)));
  }

  private static @Nullable Double number(JsonNode device, String field) {
    JsonNode value = device.path(field);
    return value.isNumber() ? Double.valueOf(value.doubleValue()) : null;
  }

  static boolean isMirrorId(String id) {
    return id.startsWith(MIRROR);
  }

  /// The identifier of its mirror.
  DeviceId mirrorId() {
    return new DeviceId(MIRROR + id);
  }

  /// The mirror's identifier of any device, mirrored or not.
  static String mirrorIdOf(String id) {
    return MIRROR + id;
  }
}
