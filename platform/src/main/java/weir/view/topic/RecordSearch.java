package weir.view.topic;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.log.Headers;
import weir.log.LogRecord;

/// Which records someone looks for: a text that is in the key, a header or the value, upper
/// and lower case alike. Bytes that are no text are read as if they were.
///
/// @param text empty finds everything
/// @param exactKey the whole key; null does not matter
record RecordSearch(String text, Set<Place> places, @Nullable String exactKey) {

  /// Where the text may be.
  enum Place {
    KEY,
    HEADER,
    VALUE
  }

  RecordSearch {
    text = text.toLowerCase(Locale.ROOT);
    places = Set.copyOf(places);
  }

  boolean findsAll() {
    return text.isEmpty() && exactKey == null;
  }

  boolean finds(LogRecord record) {
    if (exactKey != null && !exactKey.equals(record.key())) {
      return false;
    }
    return text.isEmpty()
        || (places.contains(Place.KEY) && isIn(record.key()))
        || (places.contains(Place.HEADER) && isIn(record.headers()))
        || (places.contains(Place.VALUE) && isIn(record.value()));
  }

  private boolean isIn(@Nullable String key) {
    return key != null && key.toLowerCase(Locale.ROOT).contains(text);
  }

  private boolean isIn(Headers headers) {
    for (Headers.Header header : headers.entries()) {
      if (isIn(header.name()) || isIn(header.value())) {
        return true;
      }
    }
    return false;
  }

  private boolean isIn(byte @Nullable [] bytes) {
    return bytes != null && isIn(new String(bytes, StandardCharsets.UTF_8));
  }
}
