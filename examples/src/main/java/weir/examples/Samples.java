package weir.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import weir.examples.crm.Crm;
import weir.examples.crm.CrmSettings;
import weir.examples.service.BusinessService;
import weir.examples.service.ServiceSettings;

/// Both samples together: the CRM, and the business service that passes errors on to it.
public final class Samples implements AutoCloseable {

  private static final List<String> TYPES =
      List.of(
          "Refrigerator", "Television", "AirConditioner", "WashingMachine", "AirPurifier", "Oven");

  private final Crm crm;
  private final BusinessService service;

  /// @param folder where they keep what they must not forget
  /// @param platform the address of the platform, and its admin token
  /// @param environment ports, mail server and devices, by the names of their variables
  public Samples(Path folder, String platform, String token, Map<String, String> environment) {
    crm = crm(folder, platform, token, environment);
    try {
      Map<String, String> withCrm = new HashMap<>(environment);
      withCrm.put("WEIR_EXAMPLES_CRM_URL", "http://127.0.0.1:" + crm.port());
      service = service(folder, platform, withCrm);
    } catch (RuntimeException e) {
      crm.close();
      throw e;
    }
  }

  static Crm crm(Path folder, String platform, String token, Map<String, String> environment) {
    return new Crm(
        new CrmSettings(
            port(environment, "WEIR_EXAMPLES_CRM_PORT", 8002),
            folder(folder).resolve("crm.db"),
            platform,
            token,
            environment.getOrDefault("WEIR_EXAMPLES_SMTP_HOST", ""),
            port(environment, "WEIR_EXAMPLES_SMTP_PORT", 25),
            environment.getOrDefault("WEIR_EXAMPLES_MAIL_FROM", "crm@example.com")),
        InstantSource.system());
  }

  static BusinessService service(Path folder, String platform, Map<String, String> environment) {
    String devices = environment.getOrDefault("WEIR_EXAMPLES_DEVICES", "");
    List<String> named = devices.isEmpty() ? List.of() : List.of(devices.split(",", -1));
    return new BusinessService(
        new ServiceSettings(
            port(environment, "WEIR_EXAMPLES_SERVICE_PORT", 8001),
            folder(folder).resolve("service.db"),
            platform,
            environment.getOrDefault("WEIR_EXAMPLES_CRM_URL", "http://127.0.0.1:8002"),
            environment.getOrDefault("WEIR_EXAMPLES_SERVICE_NAME", "Sample business service"),
            named,
            named.isEmpty() ? TYPES : List.of()),
        InstantSource.system());
  }

  /// For its owner alone: the service keeps its key there.
  private static Path folder(Path folder) {
    try {
      return Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use the folder " + folder, e);
    }
  }

  private static int port(Map<String, String> environment, String name, int otherwise) {
    String text = environment.getOrDefault(name, "");
    if (text.isEmpty()) {
      return otherwise;
    }
    if (!text.matches("[0-9]{1,5}")) {
      throw new IllegalArgumentException(name + " must be a port, got " + text);
    }
    return Integer.parseInt(text);
  }

  public int servicePort() {
    return service.port();
  }

  public int crmPort() {
    return crm.port();
  }

  @Override
  public void close() {
    service.close();
    crm.close();
  }
}
