package weir.testkit;

import java.nio.file.Files;
import java.nio.file.Path;

/// Programs of the machine that tests start. Without one its tests are skipped, visibly; with
/// CI=true they fail.
public final class Programs {

  private Programs() {}

  public static boolean isThere(Path program) {
    if (Files.isExecutable(program)) {
      return true;
    }
    if ("true".equals(System.getenv("CI"))) {
      throw new IllegalStateException(program + " is not installed, and CI=true skips nothing");
    }
    return false;
  }
}
