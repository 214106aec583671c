package weir.app.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/// The admin token of a demo, kept for its next start in a file that only its owner can read:
/// the platform itself keeps a hash alone, and the CRM of the demo needs the token.
final class DemoToken {

  private DemoToken() {}

  /// @param known the token, when this start was told or made it
  static String of(Path folder, Optional<String> known) {
    Path file = folder.resolve("platform.token");
    try {
      Files.createDirectories(folder);
      if (known.isPresent()) {
        Files.deleteIfExists(file);
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, known.get());
      }
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use " + file, e);
    }
  }
}
