package weir.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

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
    Programs.require(found.isPresent(), name);
    return found.orElseThrow();
  }
}
