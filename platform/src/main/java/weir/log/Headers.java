package weir.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// The named bytes beside a record's value, in order. A small list: look-ups scan it.
///
/// Not safe for concurrent change; once appended it is not changed any more.
public final class Headers {

  /// One header.
  @SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied.
  public record Header(String name, byte[] value) {}

  private final List<Header> entries = new ArrayList<>(6);

  public Headers add(String name, byte[] value) {
    entries.add(new Header(name, value));
    return this;
  }

  public Headers add(String name, String text) {
    return add(name, text.getBytes(StandardCharsets.UTF_8));
  }

  public Optional<byte[]> bytes(String name) {
    for (Header header : entries) {
      if (header.name.equals(name)) {
        return Optional.of(header.value);
      }
    }
    return Optional.empty();
  }

  public Optional<String> text(String name) {
    return bytes(name).map(value -> new String(value, StandardCharsets.UTF_8));
  }

  /// A view, not a copy.
  public List<Header> entries() {
    return Collections.unmodifiableList(entries);
  }
}
