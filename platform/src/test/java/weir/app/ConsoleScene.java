package weir.app;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import weir.app.cli.Client;

/// The console in a browser for all tests of a class, none of which may make a page complain.
abstract class ConsoleScene {

  @TempDir static Path folder;

  static ConsoleStage stage;
  static ConsoleBrowser browser;
  static Client client;

  @BeforeAll
  static void start() {
    stage = new ConsoleStage(folder, "iot.raw");
    browser = stage.browser;
    client = stage.client;
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @AfterEach
  void noPageComplains() {
    stage.clear();
  }
}
