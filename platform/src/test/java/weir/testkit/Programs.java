package weir.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/// Programs of the machine that tests start. Without one its tests are skipped, visibly; with
/// CI=true they fail.
public final class Programs {

  private Programs() {}

  public static boolean isThere(Path program) {
    return isThere(Files.isExecutable(program), program.toString());
  }

  /// Skips the test at hand when something is not there; fails it with CI=true.
  static void require(boolean isThere, String what) {
    Assumptions.assumeTrue(isThere(isThere, what), what + " is missing");
  }

  private static boolean isThere(boolean isThere, String what) {
    if (!isThere && "true".equals(System.getenv("CI"))) {
      throw new IllegalStateException(what + " is missing, and CI=true skips nothing");
    }
    return isThere;
  }
}
