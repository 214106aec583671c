package weir.view;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Reads a stream of UTF-8 line by line, without ever holding more than one line of bounded length.
/// Owned by one thread.
final class LineReader {

  static final int LINE_BYTES_MAX = 64 * 1024;

  private final InputStream in;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
  private long number;

  /// @param in is read byte by byte, so it should be buffered
  LineReader(InputStream in) {
    this.in = in;
  }

  /// One line without its end.
  ///
  /// @param text null when the line is too long or not UTF-8
  record Line(long number, @Nullable String text) {}

  /// The next line, or null at the end.
  @Nullable Line next() throws IOException {
    line.reset();
    long length = 0;
    int next = in.read();
    if (next < 0) {
      return null;
    }
    number++;
    while (next >= 0 && next != '\n') {
      length++;
      if (length <= LINE_BYTES_MAX) {
        line.write(next);
      }
      next = in.read();
    }
    return new Line(number, length > LINE_BYTES_MAX ? null : text());
  }

  private @Nullable String text() {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(line.toByteArray()))
              .toString();
      return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    } catch (CharacterCodingException notUtf8) {
      return null;
    }
  }
}
