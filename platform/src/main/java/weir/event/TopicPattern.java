package weir.event;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A topic with named levels, such as `iot/telemetry/{device_type}/{device_id}`.
///
/// A level is a literal, a field `{name}`, or `+` for any one level; the last level may be `#`
/// for any number of levels, none included. A field and `+` match one level that is not empty.
/// Immutable; matching compares characters and uses no regular expression.
public final class TopicPattern implements Comparable<TopicPattern> {

  private static final String ANY = "+";
  private static final String REST = "#";

  private final String text;
  private final List<Level> levels;
  private final List<String> fields;
  private final boolean open;

  private sealed interface Level {
    record Literal(String text) implements Level {}

    record Field(String name) implements Level {}

    record Any() implements Level {}
  }

  private TopicPattern(String text, List<Level> levels, boolean open) {
    this.text = text;
    this.levels = List.copyOf(levels);
    this.open = open;
    List<String> names = new ArrayList<>();
    for (Level level : levels) {
      if (level instanceof Level.Field field) {
        names.add(field.name);
      }
    }
    this.fields = List.copyOf(names);
  }

  /// Reads a pattern.
  ///
  /// @throws IllegalArgumentException when it is none
  public static TopicPattern parse(String text) {
    List<Level> levels = new ArrayList<>();
    String[] parts = text.split("/", -1);
    boolean open = parts.length > 1 && parts[parts.length - 1].equals(REST);
    for (int i = 0; i < parts.length - (open ? 1 : 0); i++) {
      levels.add(level(parts[i], text));
    }
    TopicPattern pattern = new TopicPattern(text, levels, open);
    if (pattern.fields.stream().distinct().count() < pattern.fields.size()) {
      throw new IllegalArgumentException("a field is named twice in " + text);
    }
    return pattern;
  }

  private static Level level(String part, String text) {
    if (part.isEmpty()) {
      throw new IllegalArgumentException("an empty level in " + text);
    }
    if (part.equals(ANY)) {
      return new Level.Any();
    }
    if (part.length() > 2 && part.startsWith("{") && part.endsWith("}")) {
      return new Level.Field(part.substring(1, part.length() - 1));
    }
    if (part.chars().anyMatch(c -> c == '{' || c == '}' || c == '+' || c == '#')) {
      throw new IllegalArgumentException("a level is neither a literal nor one field in " + text);
    }
    return new Level.Literal(part);
  }

  /// The names of the fields, in order.
  public List<String> fields() {
    return fields;
  }

  /// The values of the fields of one topic, in the order of [#fields]; null when the topic
  /// does not match.
  public @Nullable List<String> match(String topic) {
    return matches(topic) ? values(topic) : null;
  }

  /// Makes no garbage, as most patterns that are tried do not match.
  private boolean matches(String topic) {
    int start = 0;
    for (int i = 0; i < levels.size(); i++) {
      if (start > topic.length()) {
        return false;
      }
      int end = endOfLevel(topic, start);
      boolean matches =
          levels.get(i) instanceof Level.Literal(String literal)
              ? isLiteral(topic, start, end, literal)
              : end > start;
      if (!matches) {
        return false;
      }
      start = end + 1;
    }
    return open || start > topic.length();
  }

  private List<String> values(String topic) {
    String[] values = new String[fields.size()];
    int field = 0;
    int start = 0;
    for (int i = 0; i < levels.size(); i++) {
      int end = endOfLevel(topic, start);
      if (levels.get(i) instanceof Level.Field) {
        values[field++] = topic.substring(start, end);
      }
      start = end + 1;
    }
    return List.of(values);
  }

  private static int endOfLevel(String topic, int start) {
    int slash = topic.indexOf('/', start);
    return slash < 0 ? topic.length() : slash;
  }

  private static boolean isLiteral(String topic, int start, int end, String literal) {
    return end - start == literal.length()
        && topic.regionMatches(start, literal, 0, literal.length());
  }

  /// Compares what an MQTT filter and this pattern can both match, with regard to one field.
  public Overlap overlap(String filter, String field) {
    String[] parts = filter.split("/", -1);
    Optional<String> value = Optional.empty();
    boolean wide = false;
    for (int i = 0; i < parts.length; i++) {
      if (parts[i].equals(REST)) {
        return value.isPresent() && !wide ? new Overlap.One(value.get()) : new Overlap.Many();
      }
      if (i >= levels.size()) {
        if (!open) {
          return new Overlap.None();
        }
        continue;
      }
      boolean any = parts[i].equals(ANY);
      switch (levels.get(i)) {
        case Level.Literal literal -> {
          if (!any && !literal.text.equals(parts[i])) {
            return new Overlap.None();
          }
          wide |= any && value.isEmpty();
        }
        case Level.Field named -> {
          if (named.name.equals(field)) {
            wide |= any;
            value = Optional.of(parts[i]);
          }
        }
        case Level.Any same -> {}
      }
    }
    if (parts.length < levels.size()) {
      return new Overlap.None();
    }
    return value.isPresent() && !wide ? new Overlap.One(value.get()) : new Overlap.Many();
  }

  /// What a filter and a pattern have in common.
  public sealed interface Overlap {
    /// No topic matches both.
    record None() implements Overlap {}

    /// Every topic that the filter matches up to the field's level has this value there.
    record One(String value) implements Overlap {}

    /// Topics with different values of the field match both.
    record Many() implements Overlap {}
  }

  /// Patterns that say more come first: at the first level that differs a literal is before a
  /// field, and a closed end before an open one.
  @Override
  public int compareTo(TopicPattern other) {
    for (int i = 0; i < Math.min(levels.size(), other.levels.size()); i++) {
      int byRank = Integer.compare(rank(levels.get(i)), rank(other.levels.get(i)));
      if (byRank != 0) {
        return byRank;
      }
    }
    int byLength = Integer.compare(other.levels.size(), levels.size());
    if (byLength != 0) {
      return byLength;
    }
    int byEnd = Boolean.compare(open, other.open);
    return byEnd != 0 ? byEnd : text.compareTo(other.text);
  }

  private static int rank(Level level) {
    return switch (level) {
      case Level.Literal literal -> 0;
      case Level.Field field -> 1;
      case Level.Any any -> 1;
    };
  }

  /// The MQTT filter that matches the same topics.
  public String filter() {
    String filter = shape();
    return open ? filter : filter.substring(0, filter.length() - 1);
  }

  /// Whether both match the very same topics, whatever their fields are called.
  public boolean matchesSameAs(TopicPattern other) {
    return shape().equals(other.shape());
  }

  private String shape() {
    StringBuilder shape = new StringBuilder();
    for (Level level : levels) {
      shape.append(level instanceof Level.Literal literal ? literal.text : ANY).append('/');
    }
    return shape.append(open ? REST : "").toString();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TopicPattern pattern && pattern.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /// The pattern as it was written.
  @Override
  public String toString() {
    return text;
  }
}
