package weir.app;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.common.utils.AppInfoParser;
import weir.log.Topics;
import weir.series.StoreLimits;

/// `GET /api/system`: the versions, the settings in force and what the process uses. Secrets
/// are masked, and so is every setting whose name sounds like one.
final class SystemApi implements HttpService {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Pattern USER_INFO = Pattern.compile("//[^/@]+@");
  private static final Pattern SECRET = Pattern.compile("token|password|secret|-key$");
  private static final Pattern HUMP = Pattern.compile("([a-z0-9])([A-Z])");
  private static final String MASK = "••••••";

  private final PlatformSettings settings;
  private final LongSupplier seriesBytes;
  private final Supplier<OptionalInt> mqttPort;
  private final InstantSource clock;

  /// @param mqttPort the port in use, which the settings may leave open
  SystemApi(
      PlatformSettings settings,
      LongSupplier seriesBytes,
      Supplier<OptionalInt> mqttPort,
      InstantSource clock) {
    this.settings = settings;
    this.mqttPort = mqttPort;
    this.seriesBytes = seriesBytes;
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/api/system", this::show);
  }

  private void show(ServerRequest request, ServerResponse response) throws IOException {
    ObjectNode body = JSON.createObjectNode();
    String version = SystemApi.class.getPackage().getImplementationVersion();
    body.put("version", version == null ? "0.1.0" : version);
    body.put("java", Runtime.version().toString());
    body.put("kafka", AppInfoParser.getVersion());
    body.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    body.put("processors", Runtime.getRuntime().availableProcessors());
    Runtime runtime = Runtime.getRuntime();
    body.put("heap_used_bytes", runtime.totalMemory() - runtime.freeMemory());
    body.put("heap_max_bytes", runtime.maxMemory());
    body.put("series_bytes", seriesBytes.getAsLong());
    Instant started = Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());
    body.put("started_at", started.toString());
    body.put("up_seconds", Duration.between(started, clock.instant()).toSeconds());
    mqttPort.get().ifPresent(port -> body.put("mqtt_port", port));
    ObjectNode inForce = body.putObject("settings");
    inForce().forEach(inForce::put);
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(JSON.writeValueAsBytes(body));
  }

  /// Every setting by its key.
  Map<String, String> inForce() {
    Map<String, String> found = new TreeMap<>();
    collect("", settings, found);
    return found;
  }

  private static void collect(String prefix, Record from, Map<String, String> found) {
    for (RecordComponent component : from.getClass().getRecordComponents()) {
      String key = prefix + dashed(component.getName());
      Object value = value(component, from);
      if (value instanceof Record section
          && (section.getClass().getName().endsWith("Settings")
              || section instanceof StoreLimits)) {
        collect(key + ".", section, found);
      } else if (value instanceof Topics topics) {
        collect(key + ".", topics, found);
      } else {
        found.put(key, text(key, value));
      }
    }
  }

  private static Object value(RecordComponent component, Record from) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(from);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read the setting " + component.getName(), e);
    }
  }

  private static String dashed(String name) {
    return HUMP.matcher(name).replaceAll("$1-$2").toLowerCase(Locale.ROOT);
  }

  private static String text(String key, Object value) {
    Object plain = value instanceof Optional<?> optional ? optional.orElse(null) : value;
    if (plain == null || plain.toString().isEmpty()) {
      return "";
    }
    return SECRET.matcher(key).find()
        ? MASK
        : USER_INFO.matcher(plain.toString()).replaceAll("//" + MASK + "@");
  }
}
