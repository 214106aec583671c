package weir.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The settings as given by the user, before they are bound to the records of each package.
///
/// Later sources win: `weir.yaml`, then environment variables, then flags; what nobody gives has
/// the default of its record. Keys are dashed and dotted (`mqtt.packet-bytes-max`); the variable
/// of a key is `WEIR_` and the key in capitals with underscores (`WEIR_MQTT_PACKET_BYTES_MAX`).
/// All mistakes are collected and reported together.
public final class Settings {

  /// Names that other tools of the field use, and the key each one sets.
  private static final Map<String, String> ALIASES =
      Map.ofEntries(
          Map.entry("BATCH_SIZE", "series.batch-size"),
          Map.entry("BATCH_TIMEOUT", "series.batch-timeout"),
          Map.entry("DATABASE_URL", "registry.url"),
          Map.entry("DB_PATH", "sqlite.file"),
          Map.entry("ENRICHED_TOPIC", "topics.enriched"),
          Map.entry("KAFKA_BOOTSTRAP_SERVERS", "kafka.bootstrap-servers"),
          Map.entry("KAFKA_BROKERS", "kafka.bootstrap-servers"),
          Map.entry("MAX_RETRIES", "rabbitmq.max-retries"),
          Map.entry("MQTT_BROKER", "broker.host"),
          Map.entry("MQTT_BROKER_HOST", "broker.host"),
          Map.entry("MQTT_BROKER_PORT", "broker.port"),
          Map.entry("MQTT_KEEPALIVE", "broker.keep-alive"),
          Map.entry("MQTT_PASSWORD", "broker.password"),
          Map.entry("MQTT_PORT", "broker.port"),
          Map.entry("MQTT_TOPICS", "broker.topics"),
          Map.entry("MQTT_TOPIC_PATTERN", "broker.topics"),
          Map.entry("MQTT_USERNAME", "broker.username"),
          Map.entry("POSTGRES_DB", "registry.database"),
          Map.entry("POSTGRES_HOST", "registry.host"),
          Map.entry("POSTGRES_PASSWORD", "registry.password"),
          Map.entry("POSTGRES_PORT", "registry.port"),
          Map.entry("POSTGRES_USER", "registry.user"),
          Map.entry("RABBITMQ_HOST", "rabbitmq.host"),
          Map.entry("RABBITMQ_PASSWORD", "rabbitmq.password"),
          Map.entry("RABBITMQ_PORT", "rabbitmq.port"),
          Map.entry("RABBITMQ_QUEUE", "rabbitmq.queue"),
          Map.entry("RABBITMQ_USER", "rabbitmq.username"),
          Map.entry("RABBITMQ_USERNAME", "rabbitmq.username"),
          Map.entry("RABBITMQ_VHOST", "rabbitmq.virtual-host"),
          Map.entry("RAW_TOPIC", "topics.raw"),
          Map.entry("REDIS_DB", "redis.database"),
          Map.entry("REDIS_HOST", "redis.host"),
          Map.entry("REDIS_PORT", "redis.port"),
          Map.entry("REDIS_URL", "redis.url"),
          Map.entry("REDPANDA_BROKERS", "kafka.bootstrap-servers"),
          Map.entry("RETRY_DELAY_MS", "rabbitmq.retry-delay"),
          Map.entry("TIMESCALE_DB", "timescale.database"),
          Map.entry("TIMESCALE_HOST", "timescale.host"),
          Map.entry("TIMESCALE_PASSWORD", "timescale.password"),
          Map.entry("TIMESCALE_PORT", "timescale.port"),
          Map.entry("TIMESCALE_USER", "timescale.user"));

  /// Variables with our prefix that are not settings of the platform.
  private static final Set<String> RESERVED =
      Set.of(
          "WEIR_JAVA_OPTS",
          "WEIR_CONFIG",
          "WEIR_URL",
          "WEIR_LOG_FORMAT",
          "WEIR_LOG_LEVEL",
          "WEIR_EXAMPLES_SERVICE_PORT",
          "WEIR_EXAMPLES_CRM_PORT",
          "WEIR_EXAMPLES_SMTP_HOST",
          "WEIR_EXAMPLES_SMTP_PORT",
          "WEIR_EXAMPLES_MAIL_FROM",
          "WEIR_EXAMPLES_CRM_URL",
          "WEIR_EXAMPLES_DEVICES",
          "WEIR_EXAMPLES_SERVICE_NAME",
          "WEIR_EXAMPLES_DATA_DIR");

  /// A value and where it was given, for error messages.
  record Given(String value, String source) {}

  private final Map<String, Given> given = new TreeMap<>();
  private final Map<String, Given> variables = new TreeMap<>();
  private final Set<String> known = new TreeSet<>();
  private final List<String> errors = new ArrayList<>();

  /// Reads the file when there is one, then the environment, then the flags (`key=value`).
  public static Settings load(
      @Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
    Settings settings = new Settings();
    if (file != null) {
      settings.readFile(file);
    }
    environment.forEach(settings::readVariable);
    flags.forEach((key, value) -> settings.given.put(key, new Given(value, "--set " + key)));
    return settings;
  }

  private void readFile(Path file) {
    try {
      JsonNode root = new YAMLMapper().readTree(Files.readAllBytes(file));
      if (root != null && !root.isMissingNode() && !root.isNull()) {
        flatten("", root, file.toString());
      }
    } catch (JsonProcessingException e) {
      errors.add(file + ": not valid YAML: " + e.getOriginalMessage());
    } catch (IOException e) {
      errors.add(file + ": cannot be read: " + FileTrouble.of(e));
    }
  }

  private void flatten(String prefix, JsonNode node, String source) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              field -> {
                String key = prefix.isEmpty() ? field.getKey() : prefix + "." + field.getKey();
                flatten(key, field.getValue(), source);
              });
    } else if (node.isArray()) {
      List<String> values = new ArrayList<>();
      node.forEach(value -> values.add(value.asText()));
      given.put(prefix, new Given(String.join(",", values), source));
    } else {
      given.put(prefix, new Given(node.asText(), source));
    }
  }

  private void readVariable(String name, String value) {
    String alias = ALIASES.get(name);
    if (alias != null) {
      given.putIfAbsent(alias, new Given(name.endsWith("_MS") ? value + "ms" : value, name));
    } else if (name.startsWith("WEIR_") && !RESERVED.contains(name)) {
      variables.put(name, new Given(value, name));
    }
  }

  /// Fills a record: each component from its key, or from the defaults when nobody gave it.
  public <R extends Record> R bind(String prefix, R defaults) {
    return RecordBinder.bind(prefix, defaults, this);
  }

  /// One value outside any record.
  public Optional<String> text(String key) {
    return lookUp(key).map(Given::value);
  }

  Optional<Given> lookUp(String key) {
    known.add(key);
    Given fromVariable = variables.get(variableOf(key));
    Given other = given.get(key);
    if (other != null && other.source().startsWith("--set")) {
      return Optional.of(other);
    }
    return Optional.ofNullable(fromVariable != null ? fromVariable : other);
  }

  void error(String message) {
    errors.add(message);
  }

  public static String variableOf(String key) {
    return "WEIR_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /// Every mistake found, including keys that no part asked for. Call it after all records are
  /// bound.
  public List<String> errors() {
    List<String> all = new ArrayList<>(errors);
    Set<String> knownVariables = new TreeSet<>();
    known.forEach(key -> knownVariables.add(variableOf(key)));
    given.forEach(
        (key, value) -> {
          if (!known.contains(key)) {
            all.add(value.source() + ": unknown setting " + key + suggestion(key, known));
          }
        });
    variables
        .keySet()
        .forEach(
            name -> {
              if (!knownVariables.contains(name)) {
                all.add("environment: unknown variable " + name + suggestion(name, knownVariables));
              }
            });
    return all;
  }

  private static String suggestion(String wrong, Set<String> candidates) {
    String best = "";
    int bestDistance = 1 + wrong.length() / 3;
    for (String candidate : candidates) {
      int distance = distance(wrong, candidate);
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best.isEmpty() ? "" : "; did you mean " + best + "?";
  }

  /// The Levenshtein distance.
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
