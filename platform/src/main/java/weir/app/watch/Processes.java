package weir.app.watch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.Database;

/// The other processes on a shared registry, as each last told of itself there. To be run every few
/// seconds by one thread, which tells of this process and reads the others; any thread asks.
///
/// What a process told goes when it ends. When it was killed it is forgotten after a minute, by the
/// clocks of the machines, so these must agree better than that.
public final class Processes implements Runnable, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Processes.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Object>> FIGURES = new TypeReference<>() {};
  private static final String PREFIX = "process.";
  private static final String HEARD_AT = "heard_at";
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);

  private final Database database;
  private final String setting;
  private final Containers containers;
  private final InstantSource clock;
  private volatile Map<String, Map<String, Object>> others = Map.of();

  /// @param name of this process among those that run, such as its host and port
  public Processes(Database database, String name, Containers containers, InstantSource clock) {
    this.database = database;
    this.setting = PREFIX + name;
    this.containers = containers;
    this.clock = clock;
  }

  @Override
  public void run() {
    try {
      Map<String, Object> figures = containers.process();
      figures.put(HEARD_AT, clock.instant().toString());
      database.set(setting, JSON.writeValueAsString(figures));
      others = read();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what processes tell of themselves is no JSON", e);
    }
  }

  private Map<String, Map<String, Object>> read() throws JsonProcessingException {
    Instant oldest = clock.instant().minus(FORGOTTEN_AFTER);
    Map<String, Map<String, Object>> heard = new TreeMap<>();
    for (Map.Entry<String, String> row : database.settings(PREFIX).entrySet()) {
      Map<String, Object> figures = JSON.readValue(row.getValue(), FIGURES);
      if (Instant.parse(String.valueOf(figures.get(HEARD_AT))).isBefore(oldest)) {
        database.unset(row.getKey());
      } else if (!row.getKey().equals(setting)) {
        heard.put("weir at " + row.getKey().substring(PREFIX.length()), figures);
      }
    }
    return heard;
  }

  /// Their figures by name, without those of this process.
  Map<String, Map<String, Object>> others() {
    return others;
  }

  @Override
  public void close() {
    try {
      database.unset(setting);
    } catch (JdbiException e) {
      LOG.debug("this process is forgotten later name={} reason={}", setting, e.getMessage());
    }
  }
}
