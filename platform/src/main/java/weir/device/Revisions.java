package weir.device;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Numbers that grow whenever a small part of a shared registry changes, so that every process
/// reads that part again within a second. Devices are too many for this; the log tells of them.
///
/// A virtual thread looks twice a second. A database that is away is waited for.
public final class Revisions implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(Revisions.class);
  private static final Duration PAUSE = Duration.ofMillis(400);
  private static final String PREFIX = "revision.";

  /// What is in memory whole, or nearly so.
  public enum Part {
    TYPES,
    CREDENTIALS,
    APPLICATIONS;

    private String setting() {
      return PREFIX + name().toLowerCase(Locale.ROOT);
    }
  }

  private final Database database;
  private final Map<Part, List<Runnable>> readers = new ConcurrentHashMap<>();
  private final Map<String, String> seen;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = Thread.ofVirtual().name("registry-changes").unstarted(this::run);

  /// To be made before the parts are read for the first time.
  Revisions(Database database) {
    this.database = database;
    this.seen = new HashMap<>(database.settings(PREFIX));
  }

  /// Marks a part as changed, in the transaction that changes it.
  public static void raise(Handle handle, Part part) {
    handle
        .createUpdate(
            "INSERT INTO setting (name, value) VALUES (:name, '1') ON CONFLICT (name) DO UPDATE"
                + " SET value = CAST(CAST(setting.value AS BIGINT) + 1 AS VARCHAR(20))")
        .bind("name", part.setting())
        .execute();
  }

  /// Has a part read again when it changes.
  public void watch(Part part, Runnable reader) {
    readers.computeIfAbsent(part, any -> new CopyOnWriteArrayList<>()).add(reader);
  }

  public void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        try {
          look();
        } catch (JdbiException e) {
          LOGGER.warn("changes of the registry wait for its database reason={}", e.getMessage());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    Map<String, String> now = database.settings(PREFIX);
    for (Part part : Part.values()) {
      String value = now.getOrDefault(part.setting(), "");
      if (!value.equals(seen.getOrDefault(part.setting(), ""))) {
        readers.getOrDefault(part, List.of()).forEach(Runnable::run);
        seen.put(part.setting(), value);
      }
    }
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      if (thread.isAlive()) {
        boolean _ = thread.join(Duration.ofSeconds(5));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
