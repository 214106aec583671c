package weir.pipeline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// One mapping of a dialect file, read key by key. Every mistake is told with the file and the
/// full key, and a key that nobody asked for is a mistake too.
final class Section {

  private final String file;
  private final String path;
  private final JsonNode node;
  private final Set<String> known = new HashSet<>();

  Section(String file, String path, JsonNode node) {
    this.file = file;
    this.path = path;
    this.node = node;
    if (!node.isObject()) {
      throw wrong("", "must be a mapping");
    }
  }

  DialectException wrong(String key, String detail) {
    return new DialectException(file + ": " + place(key) + " " + detail);
  }

  private String place(String key) {
    String full = path.isEmpty() ? key : key.isEmpty() ? path : path + "." + key;
    return full.isEmpty() ? "the file" : full;
  }

  private Optional<JsonNode> value(String key) {
    known.add(key);
    JsonNode value = node.get(key);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  Optional<String> optional(String key) {
    return value(key)
        .map(
            value -> {
              if (!value.isValueNode()) {
                throw wrong(key, "must be a text");
              }
              return value.asText();
            });
  }

  String required(String key) {
    return optional(key).orElseThrow(() -> wrong(key, "is missing"));
  }

  /// The value under a key, made by a function that refuses with an IllegalArgumentException.
  <T> Optional<T> made(String key, Function<String, T> maker) {
    return optional(key).map(text -> make(key, text, maker));
  }

  <T> T make(String key, String text, Function<String, T> maker) {
    try {
      return maker.apply(text);
    } catch (IllegalArgumentException e) {
      throw wrong(key, "is wrong: " + e.getMessage());
    }
  }

  <E extends Enum<E>> E choice(String key, E standard) {
    Optional<String> given = optional(key);
    if (given.isEmpty()) {
      return standard;
    }
    List<String> choices = new ArrayList<>();
    for (E constant : standard.getDeclaringClass().getEnumConstants()) {
      String word = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (word.equals(given.get())) {
        return constant;
      }
      choices.add(word);
    }
    throw wrong(key, "must be one of " + String.join(", ", choices));
  }

  /// A truth that is false when it is not written.
  boolean isTrue(String key) {
    Optional<JsonNode> value = value(key);
    if (value.isPresent() && !value.get().isBoolean()) {
      throw wrong(key, "must be true or false");
    }
    return value.isPresent() && value.get().asBoolean();
  }

  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (JsonNode item : items(key)) {
      if (!item.isValueNode()) {
        throw wrong(key + "[" + texts.size() + "]", "must be a text");
      }
      texts.add(item.asText());
    }
    return texts;
  }

  List<Section> sections(String key) {
    List<Section> sections = new ArrayList<>();
    for (JsonNode item : items(key)) {
      sections.add(new Section(file, place(key + "[" + sections.size() + "]"), item));
    }
    return sections;
  }

  private JsonNode items(String key) {
    JsonNode list = value(key).orElse(MissingNode.getInstance());
    if (!list.isMissingNode() && !list.isArray()) {
      throw wrong(key, "must be a list");
    }
    return list;
  }

  /// The mappings below a key, by name, in the order written.
  Map<String, Section> named(String key) {
    Map<String, Section> sections = new LinkedHashMap<>();
    Optional<JsonNode> value = value(key);
    if (value.isEmpty()) {
      return sections;
    }
    if (!value.get().isObject()) {
      throw wrong(key, "must be a mapping");
    }
    value
        .get()
        .properties()
        .forEach(
            entry ->
                sections.put(
                    entry.getKey(),
                    new Section(file, place(key + "." + entry.getKey()), entry.getValue())));
    return sections;
  }

  Optional<Section> section(String key) {
    return value(key).map(value -> new Section(file, place(key), value));
  }

  /// The texts below a key, by name, in the order written.
  Map<String, String> map(String key) {
    Map<String, String> map = new LinkedHashMap<>();
    section(key).ifPresent(section -> section.keys().forEach(k -> map.put(k, section.required(k))));
    return map;
  }

  private List<String> keys() {
    List<String> keys = new ArrayList<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  /// Refuses keys that were not asked for.
  void end() {
    for (String key : keys()) {
      if (!known.contains(key)) {
        throw wrong(
            key,
            "is not known here; known are " + String.join(", ", known.stream().sorted().toList()));
      }
    }
  }
}
