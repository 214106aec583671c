package weir.app.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.device.Database;
import weir.testkit.ManualClock;

class ProcessesTest {

  @TempDir private Path folder;

  private final ManualClock clock = new ManualClock(Instant.parse("2026-06-01T00:00:00Z"));
  private Database registry;
  private Containers seenByDoor;
  private Processes door;
  private Processes worker;

  @BeforeEach
  void start() {
    registry = new Database(folder.resolve("registry.db"), 1);
    seenByDoor = containers("gateway");
    door = new Processes(registry, "one:8080", seenByDoor, clock);
    worker = new Processes(registry, "two:8080", containers("pipeline"), clock);
    seenByDoor.add(door);
    worker.run();
    door.run();
  }

  private Containers containers(String role) {
    return new Containers(folder, role, new Machine(folder), clock);
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private Map<String, Map<String, Object>> seen() {
    return seenByDoor.list(List.of());
  }

  @Test
  void eachSeesTheOthersAndItselfOnce() {
    assertThat(seen()).containsOnlyKeys("weir", "weir at two:8080");
    assertThat(seen().get("weir at two:8080"))
        .containsEntry("role", "pipeline")
        .containsEntry("running", true)
        .containsEntry("heard_at", "2026-06-01T00:00:00Z")
        .containsKeys("cpu_percent", "memory_usage", "restart_count");
  }

  @Test
  void oneThatEndsIsGone() {
    worker.close();

    door.run();

    assertThat(seen()).containsOnlyKeys("weir");
  }

  @Test
  void oneThatWasKilledIsForgottenAfterAMinute() {
    clock.advance(Duration.ofSeconds(60));
    door.run();
    assertThat(seen()).containsKey("weir at two:8080");

    clock.advance(Duration.ofSeconds(1));
    door.run();

    assertThat(seen()).containsOnlyKeys("weir");
    assertThat(registry.settings("process.")).containsOnlyKeys("process.one:8080");
  }
}
