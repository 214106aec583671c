package weir.examples.service;

import java.nio.file.Path;
import java.util.List;

/// How the business service runs.
///
/// @param file where its credentials and the ids that it has seen are kept
/// @param platform the address of the platform
/// @param crm where errors are passed on to
/// @param name what it registers as
/// @param devices the devices it subscribes to
/// @param deviceTypes the device types it subscribes to
public record ServiceSettings(
    int port,
    Path file,
    String platform,
    String crm,
    String name,
    List<String> devices,
    List<String> deviceTypes) {

  public ServiceSettings {
    devices = List.copyOf(devices);
    deviceTypes = List.copyOf(deviceTypes);
  }
}
