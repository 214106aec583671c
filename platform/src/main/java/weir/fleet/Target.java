package weir.fleet;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import weir.fleet.wire.Login;

/// The platform that a fleet speaks to.
///
/// @param http where events are posted and, for the grade, asked for
/// @param adminToken for the grade; without it, the platform is not asked
/// @param tokens the token of each device that has one, by its identifier; a device without one
///     shows the admin token on this machine, which nobody overhears, and nothing elsewhere
public record Target(
    String mqttHost,
    int mqttPort,
    URI http,
    Optional<String> adminToken,
    Map<String, String> tokens) {

  public Target {
    tokens = Map.copyOf(tokens);
    if (mqttPort < 1 || mqttPort > 65_535) {
      throw new IllegalArgumentException("mqttPort must be 1 to 65535");
    }
  }

  private static final Set<String> THIS_MACHINE = Set.of("127.0.0.1", "localhost", "::1");

  /// No device can have this name.
  private static final String OPERATOR = "simulator@weir";

  /// On this machine, without tokens of devices.
  public static Target local(int mqttPort, int httpPort, Optional<String> adminToken) {
    return new Target(
        "127.0.0.1", mqttPort, URI.create("http://127.0.0.1:" + httpPort), adminToken, Map.of());
  }

  Optional<Login> login(String device) {
    String own = tokens.get(device);
    if (own != null) {
      return Optional.of(new Login(device, own));
    }
    return THIS_MACHINE.contains(mqttHost) ? operator() : Optional.empty();
  }

  /// Who may speak for every device.
  Optional<Login> operator() {
    return adminToken.map(token -> new Login(OPERATOR, token));
  }

  @Override
  public String toString() {
    return "Target[mqtt=" + mqttHost + ":" + mqttPort + ", http=" + http + ", tokens=***]";
  }
}
