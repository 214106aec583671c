package weir.app.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import weir.app.Platform;
import weir.app.PlatformSettings;
import weir.app.Settings;

/// Starts the platform and runs it until the process is told to end.
@Command(name = "run", description = "Start the platform; end it with Ctrl-C.")
final class RunCommand implements Callable<Integer> {

  /// Settings as flags, shared by the commands that start a platform.
  static final class Flags {

    @Option(
        names = "--config",
        description = "settings file (default: WEIR_CONFIG, else weir.yaml here when there is one)")
    private @Nullable Path config;

    @Option(names = "--data-dir", description = "where the data is kept")
    private @Nullable String dataDir;

    @Option(
        names = "--roles",
        description = "parts to play: gateway, pipeline, series, subscriber, view (default: all)")
    private @Nullable String roles;

    @Option(
        names = "--set",
        paramLabel = "KEY=VALUE",
        description = "any setting, such as http.port=8081; may be given often")
    private Map<String, String> settings = new HashMap<>();

    PlatformSettings bind(String standardFolder) {
      return bind(standardFolder, Map.of());
    }

    /// @param preset settings that hold unless a flag or a variable says otherwise
    PlatformSettings bind(String standardFolder, Map<String, String> preset) {
      Map<String, String> flags = new HashMap<>();
      preset.forEach(
          (key, value) -> {
            if (!System.getenv().containsKey(Settings.variableOf(key))) {
              flags.put(key, value);
            }
          });
      flags.putAll(settings);
      if (dataDir != null) {
        flags.put("data-dir", dataDir);
      }
      if (roles != null) {
        flags.put("roles", roles);
      }
      Path home = Path.of(System.getProperty("weir.home", "."));
      Path standard = home.resolve("data").resolve(standardFolder);
      return PlatformSettings.bind(file(), System.getenv(), flags, standard);
    }

    private @Nullable Path file() {
      if (config != null) {
        return config;
      }
      String variable = System.getenv("WEIR_CONFIG");
      if (variable != null) {
        return Path.of(variable);
      }
      Path here = Path.of("weir.yaml");
      return Files.exists(here) ? here : null;
    }
  }

  private final PrintWriter out;
  @Mixin private final Flags flags = new Flags();

  RunCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() throws InterruptedException {
    Platform platform = Platform.start(flags.bind("weir"));
    closeAtExit(platform);
    Greeting.print(platform, out);
    new CountDownLatch(1).await();
    return 0;
  }

  /// Ends the platform in order when the process is told to end.
  static void closeAtExit(AutoCloseable running) {
    Thread closer =
        Thread.ofPlatform()
            .name("shutdown")
            .unstarted(
                () -> {
                  try {
                    running.close();
                  } catch (Exception e) {
                    throw new IllegalStateException("did not end in order", e);
                  }
                });
    Runtime.getRuntime().addShutdownHook(closer);
  }
}
