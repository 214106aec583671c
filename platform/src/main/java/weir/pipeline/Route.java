package weir.pipeline;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The dialect that a message is spoken in, and what its topic or path says.
record Route(Dialect dialect, Dialect.Source source, List<String> values) {

  /// The value of a field of the topic; null when the pattern does not name it.
  @Nullable String field(String name) {
    int index = source.pattern().fields().indexOf(name);
    return index < 0 ? null : values.get(index);
  }
}
