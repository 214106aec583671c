package weir.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/// The name by which an external broker knows this process: made once and kept with its data, so
/// that its session is found again after a restart.
final class BrokerClientId {

  private static final String FILE = "broker-client-id";

  private BrokerClientId() {}

  static String in(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      if (!Files.exists(file)) {
        Files.writeString(file, "weir-" + UUID.randomUUID());
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new CommandException("cannot use " + file + ": " + FileTrouble.of(e));
    }
  }
}
