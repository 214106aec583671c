package weir.log;

import java.util.Map;
import java.util.TreeMap;

/// Counts by name that travel in a commit note, so that they are exact after any crash: the counts
/// and the offset they belong to are committed in one write.
///
/// Text form: `name=count` joined by `;`. Names are of `[A-Za-z0-9._-]`. Owned by one thread.
public final class Tally {

  private final TreeMap<String, Long> counts = new TreeMap<>();

  /// Reads a note; an empty note is an empty tally.
  ///
  /// @throws IllegalArgumentException when the text is not a tally
  public static Tally parse(String note) {
    Tally tally = new Tally();
    if (note.isEmpty()) {
      return tally;
    }
    for (String part : note.split(";", -1)) {
      int equals = part.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException("not a tally: " + note);
      }
      tally.add(part.substring(0, equals), Long.parseLong(part.substring(equals + 1)));
    }
    return tally;
  }

  public void add(String name, long count) {
    counts.merge(name, count, Long::sum);
  }

  public void add(Tally other) {
    other.counts.forEach(this::add);
  }

  /// Replaces a value that is a position rather than a count.
  public void set(String name, long value) {
    counts.put(name, value);
  }

  public void remove(String name) {
    counts.remove(name);
  }

  public long get(String name) {
    return counts.getOrDefault(name, 0L);
  }

  public Map<String, Long> counts() {
    return Map.copyOf(counts);
  }

  /// The note to commit.
  public String note() {
    StringBuilder note = new StringBuilder();
    counts.forEach(
        (name, count) -> {
          if (!note.isEmpty()) {
            note.append(';');
          }
          note.append(name).append('=').append(count);
        });
    return note.toString();
  }
}
