package weir.pipeline;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.Arrays;

/// A growing buffer for JSON in UTF-8. Owned by one thread and used again for every message.
final class JsonBytes {

  private static final int KEPT_BYTES_MAX = 1024 * 1024;

  private byte[] bytes = new byte[4096];
  private int length;

  JsonBytes clear() {
    length = 0;
    if (bytes.length > KEPT_BYTES_MAX) {
      bytes = new byte[4096];
    }
    return this;
  }

  /// Makes room and gives the array to write to, from where [#advance] says.
  byte[] room(int count) {
    if (bytes.length - length < count) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }
    return bytes;
  }

  /// Takes the room, and says where it starts.
  int advance(int count) {
    int start = length;
    length += count;
    return start;
  }

  JsonBytes put(byte[] source) {
    return put(source, 0, source.length);
  }

  JsonBytes put(byte[] source, int from, int to) {
    int count = to - from;
    System.arraycopy(source, from, room(count), advance(count), count);
    return this;
  }

  JsonBytes put(char c) {
    room(1)[advance(1)] = (byte) c;
    return this;
  }

  /// Writes a text that needs no escaping, of ASCII only.
  @SuppressWarnings("deprecation") // The only way to copy Latin-1 characters without an allocation.
  JsonBytes plain(String ascii) {
    int count = ascii.length();
    ascii.getBytes(0, count, room(count), advance(count));
    return this;
  }

  /// Writes any text with quotes around it.
  JsonBytes quoted(String text) {
    return put('"').put(JsonStringEncoder.getInstance().quoteAsUTF8(text)).put('"');
  }

  byte[] toArray() {
    return Arrays.copyOf(bytes, length);
  }
}
