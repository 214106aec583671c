package weir.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/// A program of the system that a test needs. Without it the test is skipped with a visible
/// line, or fails when nothing may be skipped.
public final class Tool {

  private Tool() {}

  public static Path find(String name) {
    Optional<Path> found =
        Arrays.stream((System.getenv("PATH") + ":/usr/sbin").split(":"))
            .map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable)
            .findFirst();
    if (found.isEmpty() && "true".equals(System.getenv("CI"))) {
      throw new IllegalStateException(name + " is not installed, and CI=true skips nothing");
    }
    Assumptions.assumeTrue(found.isPresent(), name + " is not installed");
    return found.orElseThrow();
  }
}
