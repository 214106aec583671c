package weir.app;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import weir.log.Topic;

/// Fills a settings record from text values; what it groups in records of their own has keys as
/// if it were not grouped. A value that cannot be read, or that the record's own check refuses,
/// becomes an error with the key's name, and the default stands in for it.
final class RecordBinder {

  private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?) *(ms|s|m|h|d|)");

  private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?) *([kKMGT])(i?)B");
  private static final String SIZE_PREFIXES = "KMGT";

  private RecordBinder() {}

  static <R extends Record> R bind(String prefix, R defaults, Settings settings) {
    RecordComponent[] components = defaults.getClass().getRecordComponents();
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      String key = prefix + "." + dashed(components[i].getName());
      Object standard = read(components[i], defaults);
      types[i] = components[i].getType();
      values[i] =
          isGroup(types[i])
              ? bind(prefix, (Record) standard, settings)
              : value(types[i], key, standard, settings);
    }
    return construct(defaults, types, values, prefix, settings);
  }

  static boolean isGroup(Class<?> type) {
    return type.isRecord() && type != Topic.class;
  }

  private static Object value(Class<?> type, String key, Object standard, Settings settings) {
    return settings
        .lookUp(key)
        .map(given -> parse(type, given, key, standard, settings))
        .orElse(standard);
  }

  private static Object parse(
      Class<?> type, Settings.Given given, String key, Object standard, Settings settings) {
    try {
      return value(type, given.value().strip());
    } catch (IllegalArgumentException | DateTimeParseException e) {
      settings.error(
          given.source()
              + ": "
              + key
              + " must be "
              + wanted(type)
              + ", got \""
              + given.value()
              + "\"");
      return standard;
    }
  }

  private static Object value(Class<?> type, String text) {
    if (type == int.class) {
      return Integer.parseInt(text);
    }
    if (type == long.class) {
      return count(text);
    }
    if (type == double.class) {
      return Double.parseDouble(text);
    }
    if (type == boolean.class) {
      return truth(text);
    }
    if (type == Duration.class) {
      return duration(text);
    }
    if (type == Path.class) {
      return Path.of(text);
    }
    if (type == Topic.class) {
      return new Topic(text);
    }
    if (type == List.class) {
      return Arrays.stream(text.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
    }
    if (type.isEnum()) {
      return constant(type, text);
    }
    return text;
  }

  private static Object constant(Class<?> type, String text) {
    String wanted = text.toUpperCase(Locale.ROOT).replace('-', '_');
    return Arrays.stream(Objects.requireNonNull(type.getEnumConstants()))
        .filter(constant -> ((Enum<?>) constant).name().equals(wanted))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(text));
  }

  private static boolean truth(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on", "1" -> true;
      case "false", "no", "off", "0" -> false;
      default -> throw new IllegalArgumentException(text);
    };
  }

  /// `250ms`, `5s`, `10m`, `2h`, `7d`; a bare number is seconds.
  static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return Duration.parse(text);
    }
    double number = Double.parseDouble(matcher.group(1));
    double millis =
        number
            * switch (matcher.group(2)) {
              case "ms" -> 1;
              case "m" -> 60_000;
              case "h" -> 3_600_000;
              case "d" -> 86_400_000;
              default -> 1_000;
            };
    return Duration.ofMillis(Math.round(millis));
  }

  /// A whole number, or bytes: `500MB` is half a thousand million, `512MiB` half of 2^30.
  private static long count(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      return text.isEmpty() ? 0 : Long.parseLong(text);
    }
    int power = 1 + SIZE_PREFIXES.indexOf(Character.toUpperCase(matcher.group(2).charAt(0)));
    double unit = Math.pow(matcher.group(3).isEmpty() ? 1_000 : 1_024, power);
    return Math.round(Double.parseDouble(matcher.group(1)) * unit);
  }

  private static String wanted(Class<?> type) {
    if (type == int.class) {
      return "a whole number";
    }
    if (type == long.class) {
      return "a whole number, or a size such as 500MB or 20GB";
    }
    if (type == boolean.class) {
      return "true or false";
    }
    if (type == Duration.class) {
      return "a duration such as 250ms, 5s, 10m, 2h or 7d";
    }
    if (type.isEnum()) {
      List<String> names =
          Arrays.stream(Objects.requireNonNull(type.getEnumConstants()))
              .map(constant -> dashed(((Enum<?>) constant).name()))
              .toList();
      return "one of " + String.join(", ", names);
    }
    return type == Topic.class
        ? "a topic name of [A-Za-z0-9._-]"
        : "a " + type.getSimpleName().toLowerCase(Locale.ROOT);
  }

  /// `packetBytesMax` and `PACKET_BYTES_MAX` are both `packet-bytes-max`.
  static String dashed(String name) {
    if (name.equals(name.toUpperCase(Locale.ROOT))) {
      return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }
    return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  private static Object read(RecordComponent component, Record from) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(from);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new LinkageError("cannot read " + component, e);
    }
  }

  @SuppressWarnings("unchecked") // The constructor of R's class makes an R.
  private static <R extends Record> R construct(
      R defaults, Class<?>[] types, Object[] values, String prefix, Settings settings) {
    try {
      return (R) defaults.getClass().getDeclaredConstructor(types).newInstance(values);
    } catch (InvocationTargetException e) {
      settings.error(prefix + ": " + Objects.requireNonNull(e.getCause()).getMessage());
      return defaults;
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("cannot make " + defaults.getClass(), e);
    }
  }
}
