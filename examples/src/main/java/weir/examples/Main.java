package weir.examples;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// Runs one sample alone: `crm` or `service`.
///
/// The environment says the rest: `WEIR_URL`, `WEIR_ADMIN_TOKEN`, `WEIR_EXAMPLES_DATA_DIR`,
/// `WEIR_EXAMPLES_CRM_PORT`, `WEIR_EXAMPLES_CRM_URL`, `WEIR_EXAMPLES_SERVICE_PORT`,
/// `WEIR_EXAMPLES_DEVICES`, `WEIR_EXAMPLES_SMTP_HOST`, `WEIR_EXAMPLES_SMTP_PORT`.
public final class Main {

  private Main() {}

  public static void main(String[] arguments) throws InterruptedException {
    String what = arguments.length == 1 ? arguments[0] : "";
    Map<String, String> environment = System.getenv();
    Path folder = Path.of(environment.getOrDefault("WEIR_EXAMPLES_DATA_DIR", "data/examples"));
    String platform = environment.getOrDefault("WEIR_URL", "http://127.0.0.1:8080");
    String token = environment.getOrDefault("WEIR_ADMIN_TOKEN", "");
    AutoCloseable running =
        switch (what) {
          case "crm" -> Samples.crm(folder, platform, token, environment);
          case "service" -> Samples.service(folder, platform, environment);
          default -> throw new IllegalArgumentException("say which one: crm or service");
        };
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("shutdown")
                .unstarted(
                    () -> {
                      try {
                        running.close();
                      } catch (Exception e) {
                        throw new IllegalStateException("did not end in order", e);
                      }
                    }));
    new CountDownLatch(1).await();
  }
}
