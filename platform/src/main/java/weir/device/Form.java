package weir.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a JSON object field by field and notes everything that is wrong with it, so that the
/// sender learns of all mistakes at once. Owned by one thread.
///
/// A field that is wrong reads as a harmless value; look at [#errors] before using what was read.
public final class Form {

  private static final int OBJECT_CHARS_MAX = 16 * 1024;
  private static final int LIST_ITEMS_MAX = 200;

  private final ObjectNode node;
  private final Set<String> known = new HashSet<>();
  private final List<FieldError> errors = new ArrayList<>();

  public Form(ObjectNode node) {
    this.node = node;
  }

  /// A text that must be there and not be blank; trimmed.
  public String text(String field, int charsMax) {
    String text = textOrNull(field, charsMax);
    if (text != null) {
      return text;
    }
    if (isAbsent(field)) {
      reject(field, "is missing");
    }
    return "";
  }

  /// A text that may be left out, and be empty when that is what leaving it out means.
  public String text(String field, int charsMax, String otherwise) {
    JsonNode value = value(field);
    if (otherwise.isEmpty() && value != null && value.isTextual() && value.textValue().isEmpty()) {
      return otherwise;
    }
    String text = textOrNull(field, charsMax);
    return text == null ? otherwise : text;
  }

  public @Nullable String textOrNull(String field, int charsMax) {
    JsonNode value = value(field);
    if (value == null) {
      return null;
    }
    if (!value.isTextual()) {
      reject(field, "must be a text");
      return null;
    }
    String text = value.textValue().strip();
    if (text.isEmpty() || text.length() > charsMax) {
      reject(field, "must be 1 to " + charsMax + " characters");
      return null;
    }
    if (text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t')) {
      reject(field, "must not hold control characters");
      return null;
    }
    return text;
  }

  public boolean flag(String field, boolean otherwise) {
    JsonNode value = value(field);
    if (value == null) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      reject(field, "must be true or false");
    }
    return value.booleanValue();
  }

  public double number(String field, double otherwise) {
    JsonNode value = value(field);
    if (value == null) {
      return otherwise;
    }
    if (!value.isNumber() || !Double.isFinite(value.doubleValue())) {
      reject(field, "must be a number");
      return otherwise;
    }
    return value.doubleValue();
  }

  public @Nullable Integer integerOrNull(String field, int min, int max) {
    JsonNode value = value(field);
    if (value == null) {
      return null;
    }
    if (!value.isInt() || value.intValue() < min || value.intValue() > max) {
      reject(field, "must be a whole number from " + min + " to " + max);
      return null;
    }
    return value.intValue();
  }

  /// A time with its offset, as in RFC 3339.
  public @Nullable Instant timeOrNull(String field) {
    String text = textOrNull(field, 40);
    if (text == null) {
      return null;
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      reject(field, "must be a time such as 2026-01-31T12:00:00Z");
      return null;
    }
  }

  public List<String> texts(String field, int charsMax) {
    JsonNode value = value(field);
    if (value == null) {
      return List.of();
    }
    if (!value.isArray() || value.size() > LIST_ITEMS_MAX) {
      reject(field, "must be a list of at most " + LIST_ITEMS_MAX + " texts");
      return List.of();
    }
    List<String> texts = new ArrayList<>(value.size());
    for (int i = 0; i < value.size(); i++) {
      JsonNode item = value.get(i);
      if (item.isTextual()
          && !item.textValue().isBlank()
          && item.textValue().length() <= charsMax) {
        texts.add(item.textValue().strip());
      } else {
        reject(field + "[" + i + "]", "must be a text of 1 to " + charsMax + " characters");
      }
    }
    return texts;
  }

  /// Any JSON object of at most 16 K characters.
  public Map<String, Object> map(String field) {
    JsonNode value = value(field);
    if (value == null) {
      return Map.of();
    }
    if (!value.isObject()) {
      reject(field, "must be an object");
      return Map.of();
    }
    if (value.toString().length() > OBJECT_CHARS_MAX) {
      reject(field, "must be at most " + OBJECT_CHARS_MAX + " characters of JSON");
      return Map.of();
    }
    return Json.map(value);
  }

  /// The value as it is, or null when the field is absent or null.
  public @Nullable JsonNode value(String field) {
    known.add(field);
    JsonNode value = node.get(field);
    return value == null || value.isNull() ? null : value;
  }

  private boolean isAbsent(String field) {
    JsonNode value = node.get(field);
    return value == null || value.isNull();
  }

  /// Lets fields pass that an answer holds but a request does not set.
  public void ignore(String... fields) {
    known.addAll(List.of(fields));
  }

  public void reject(String field, String detail) {
    errors.add(new FieldError(field, detail));
  }

  /// Everything that is wrong, fields that nobody asked for included. To be called last.
  public List<FieldError> errors() {
    List<FieldError> all = new ArrayList<>(errors);
    node.fieldNames()
        .forEachRemaining(
            field -> {
              if (!known.contains(field)) {
                all.add(new FieldError(field, "is not a known field"));
              }
            });
    return all;
  }
}
