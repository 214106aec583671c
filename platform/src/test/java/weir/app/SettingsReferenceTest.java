package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// docs/reference/settings.md is made from the settings records; this holds it to them. To write it
/// anew, run this test with `-Dweir.write.docs=true`.
class SettingsReferenceTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path PAGE = ROOT.resolve("docs/reference/settings.md");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

  @Test
  void thePageTellsEverySetting() throws Exception {
    String page = page();
    if (Boolean.getBoolean("weir.write.docs")) {
      Files.writeString(PAGE, page);
    }

    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }

  @Test
  void everyLinkOfTheDocumentationLeadsSomewhere() throws IOException {
    try (var pages = Files.walk(ROOT.resolve("docs"))) {
      var all = new java.util.ArrayList<>(pages.filter(p -> p.toString().endsWith(".md")).toList());
      all.add(ROOT.resolve("README.md"));
      all.add(ROOT.resolve("CONTRIBUTING.md"));
      for (Path page : all) {
        Matcher links = LINK.matcher(Files.readString(page));
        while (links.find()) {
          assertThat(page.resolveSibling(links.group(1))).as("link in %s", page).exists();
        }
      }
    }
  }

  private static String page() throws Exception {
    PlatformSettings defaults =
        PlatformSettings.bind(null, Map.of(), Map.of(), Path.of("data/weir"));
    StringBuilder page =
        new StringBuilder(
            """
            # Settings

            Later sources win: the defaults, then `weir.yaml` (or the file that `WEIR_CONFIG` or `--config` names), then environment variables,
            then flags (`--set key=value`). All mistakes are told together, and an unknown key is refused with a suggestion. Durations are
            `250ms`, `5s`, `10m`, `2h` or `7d`; sizes bytes, or `500MB`, `20GB`, `512MiB`. This page is made from the code.

            | key | variable | default | |
            |---|---|---|---|
            | `data-dir` | `WEIR_DATA_DIR` | `data/weir` | where everything embedded keeps its data; `data/demo` for the demo |
            | `roles` | `WEIR_ROLES` | all | parts to play: `gateway`, `pipeline`, `series`, `subscriber`, `view` |
            | `admin-token` | `WEIR_ADMIN_TOKEN` | made at the first start | the token that replaces the one made at the first start |
            """);
    for (RecordComponent part : PlatformSettings.class.getRecordComponents()) {
      if (part.getType().isRecord()) {
        part.getAccessor().setAccessible(true);
        rows(part.getName(), (Record) part.getAccessor().invoke(defaults), page);
      }
    }
    page.append(
        """

        Names of other tools are understood too: `BATCH_SIZE` and `BATCH_TIMEOUT` (`series.batch-size`, `series.batch-timeout`),
        `KAFKA_BOOTSTRAP_SERVERS`, `KAFKA_BROKERS` and `REDPANDA_BROKERS` (`kafka.bootstrap-servers`), `RAW_TOPIC` and `ENRICHED_TOPIC`
        (`topics.raw`, `topics.enriched`), `DATABASE_URL` and `POSTGRES_HOST`, `POSTGRES_PORT`, `POSTGRES_DB`, `POSTGRES_USER`,
        `POSTGRES_PASSWORD` (`registry.url` and the like), `TIMESCALE_HOST` and so on (`timescale.host`), `DB_PATH` (`sqlite.file`),
        `MQTT_BROKER` or `MQTT_BROKER_HOST`, `MQTT_PORT` or `MQTT_BROKER_PORT`, `MQTT_USERNAME`, `MQTT_PASSWORD`, `MQTT_KEEPALIVE`,
        `MQTT_TOPICS` or `MQTT_TOPIC_PATTERN` (`broker.…`), `RABBITMQ_HOST`, `RABBITMQ_PORT`, `RABBITMQ_USER`, `RABBITMQ_PASSWORD`, `RABBITMQ_VHOST`, `RABBITMQ_QUEUE`, `MAX_RETRIES`,
        `RETRY_DELAY_MS` (`rabbitmq.…`),
        `REDIS_URL`, `REDIS_HOST`, `REDIS_PORT`, `REDIS_DB` (`redis.url` …). `WEIR_JAVA_OPTS` replaces the JVM's memory options `-Xms64m -Xmx384m -XX:+UseParallelGC -XX:NewRatio=1`.
        """);
    return page.toString();
  }

  private static void rows(String prefix, Record defaults, StringBuilder page) throws Exception {
    Map<String, String> words = words(defaults.getClass());
    for (RecordComponent component : defaults.getClass().getRecordComponents()) {
      component.getAccessor().setAccessible(true);
      if (RecordBinder.isGroup(component.getType())) {
        rows(prefix, (Record) component.getAccessor().invoke(defaults), page);
        continue;
      }
      String key = prefix + "." + RecordBinder.dashed(component.getName());
      page.append(
          "| `%s` | `%s` | %s | %s |%n"
              .formatted(
                  key,
                  Settings.variableOf(key),
                  shown(component.getAccessor().invoke(defaults)),
                  words.getOrDefault(component.getName(), "")));
    }
  }

  private static String shown(Object value) {
    String text =
        switch (value) {
          case Duration duration -> duration(duration);
          case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
          case List<?> list -> String.join(",", list.stream().map(String::valueOf).toList());
          default -> String.valueOf(value);
        };
    return text.isEmpty() ? "" : "`" + text + "`";
  }

  private static String duration(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 86_400_000 == 0) {
      return millis / 86_400_000 + "d";
    }
    return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }

  /// What the record's own documentation says of each component.
  private static Map<String, String> words(Class<?> record) throws IOException {
    Path source =
        ROOT.resolve("platform/src/main/java")
            .resolve(record.getName().replaceFirst("\\$.*", "").replace('.', '/') + ".java");
    Pattern declaration = Pattern.compile("(public )?record " + record.getSimpleName() + "\\(.*");
    Map<String, String> words = new TreeMap<>();
    String name = "";
    for (String indented : Files.readAllLines(source)) {
      String line = indented.strip();
      if (declaration.matcher(line).matches()) {
        break;
      }
      if (line.contains("record ") && !line.startsWith("///")) {
        words.clear();
      }
      Matcher start = Pattern.compile("^/// @param (\\w+) (.*)$").matcher(line);
      if (start.matches()) {
        name = start.group(1);
        words.put(name, start.group(2));
      } else if (!name.isEmpty() && line.startsWith("///")) {
        words.merge(name, line.substring(3).strip(), (a, b) -> a + " " + b);
      }
    }
    return words;
  }
}
