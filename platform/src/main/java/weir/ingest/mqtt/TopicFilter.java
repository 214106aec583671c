package weir.ingest.mqtt;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A subscription's filter (sections 4.7 and 4.8): levels, of which `+` stands for one and a last
/// `#` for all that follow; shared among a group when it began with `$share/group/`.
///
/// @param text the filter as the client wrote it, which is its identity within a session
/// @param pattern the filter without the share
record TopicFilter(String text, String pattern, List<String> levels, @Nullable String group) {

  static final int LEVELS_MAX = 64;
  private static final String SHARE = "$share/";
  private static final Pattern SEPARATOR = Pattern.compile("/");

  TopicFilter {
    levels = List.copyOf(levels);
  }

  /// The filter, or empty when it breaks the rules.
  static Optional<TopicFilter> parse(String text) {
    if (!text.startsWith("$share")) {
      return parse(text, text, null);
    }
    int end = text.indexOf('/', SHARE.length());
    if (!text.startsWith(SHARE) || end <= SHARE.length()) {
      return Optional.empty();
    }
    String group = text.substring(SHARE.length(), end);
    if (group.indexOf('+') >= 0 || group.indexOf('#') >= 0) {
      return Optional.empty();
    }
    return parse(text, text.substring(end + 1), group);
  }

  private static Optional<TopicFilter> parse(String text, String pattern, @Nullable String group) {
    List<String> levels = levelsOf(pattern);
    if (pattern.isEmpty() || levels.size() > LEVELS_MAX || hasControlCharacter(pattern)) {
      return Optional.empty();
    }
    for (int i = 0; i < levels.size(); i++) {
      if (!isLevel(levels.get(i), i == levels.size() - 1)) {
        return Optional.empty();
      }
    }
    return Optional.of(new TopicFilter(text, pattern, levels, group));
  }

  private static boolean isLevel(String level, boolean last) {
    if (level.equals("+") || (last && level.equals("#"))) {
      return true;
    }
    return level.indexOf('+') < 0 && level.indexOf('#') < 0;
  }

  /// The levels of a topic name or filter, empty ones included.
  static List<String> levelsOf(String text) {
    return List.of(SEPARATOR.split(text, -1));
  }

  static boolean hasControlCharacter(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  boolean isShared() {
    return group != null;
  }

  /// The part before the first wildcard, with which every topic that matches begins.
  String literalPrefix() {
    int plus = pattern.indexOf('+');
    int hash = pattern.indexOf('#');
    if (plus < 0 && hash < 0) {
      return pattern;
    }
    if (hash > 0 && plus < 0) {
      return pattern.substring(0, hash - 1);
    }
    return plus < 0 ? "" : pattern.substring(0, plus);
  }

  boolean matches(String topic) {
    List<String> names = levelsOf(topic);
    if (topic.startsWith("$") && isWildcard(levels.getFirst())) {
      return false;
    }
    for (int i = 0; i < levels.size(); i++) {
      String level = levels.get(i);
      if (level.equals("#")) {
        return true;
      }
      if (i >= names.size() || !(level.equals("+") || level.equals(names.get(i)))) {
        return false;
      }
    }
    return names.size() == levels.size();
  }

  private static boolean isWildcard(String level) {
    return level.equals("+") || level.equals("#");
  }
}
