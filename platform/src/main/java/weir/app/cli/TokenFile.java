package weir.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import weir.app.CommandException;
import weir.app.FileTrouble;

/// Tokens of devices in a new file that only its owner can read. What it cannot write it says at
/// once, for the tokens cannot be seen again.
final class TokenFile implements AutoCloseable {

  private final Writer out;

  TokenFile(Writer out) {
    this.out = out;
    write("token,device_id,issued_at,expires_at,is_active\n");
  }

  static TokenFile create(Path file) {
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return new TokenFile(
          Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.APPEND));
    } catch (FileAlreadyExistsException e) {
      throw new CommandException(file + " is there already; its tokens cannot be seen again");
    } catch (IOException e) {
      throw new CommandException("cannot write " + file + ": " + FileTrouble.of(e));
    }
  }

  /// Adds the tokens of one answer; they are in the file when this returns.
  void add(JsonNode tokens) {
    StringBuilder lines = new StringBuilder();
    tokens.forEach(token -> lines.append(line(token)).append('\n'));
    write(lines.toString());
  }

  private void write(String lines) {
    try {
      out.write(lines);
      out.flush();
    } catch (IOException e) {
      throw new CommandException(
          "cannot write the tokens: "
              + e.getMessage()
              + "; those of the last devices made are lost, POST …/credentials makes others");
    }
  }

  private static String line(JsonNode token) {
    return String.join(
        ",",
        token.path("token").asText(),
        token.path("device_id").asText(),
        token.path("issued_at").asText(),
        token.path("expires_at").asText(),
        token.path("is_active").asText());
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw new CommandException("cannot write the tokens: " + e.getMessage());
    }
  }
}
