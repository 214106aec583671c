package weir.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.app.CommandException;

class TokenFileTest {

  private static final String TOKENS =
      "[{\"token\":\"t\",\"device_id\":\"d\",\"issued_at\":\"a\",\"expires_at\":\"b\",\"is_active\":true}]";

  @TempDir Path folder;

  private static JsonNode tokens() throws IOException {
    return new ObjectMapper().readTree(TOKENS);
  }

  @Test
  void onlyItsOwnerCanReadIt() throws IOException {
    Path name = folder.resolve("tokens.csv");
    try (TokenFile file = TokenFile.create(name)) {
      file.add(tokens());
      assertThat(Files.readAllLines(name))
          .containsExactly("token,device_id,issued_at,expires_at,is_active", "t,d,a,b,true");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(name)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> TokenFile.create(name)).isInstanceOf(CommandException.class);
  }

  @Test
  void saysWhenTheDiskIsFull() throws IOException {
    FullDisk disk = new FullDisk();
    TokenFile file = new TokenFile(disk);
    JsonNode tokens = tokens();
    assertThatThrownBy(() -> file.add(tokens))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("no space");
  }

  /// Takes one line.
  private static final class FullDisk extends Writer {

    private boolean full;

    @Override
    public void write(char[] text, int from, int length) throws IOException {
      if (full) {
        throw new IOException("no space");
      }
      full = true;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
