package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.app.watch.Machine;
import weir.testkit.ManualClock;

class DiskTest {

  private static final long GIGABYTE = 1_000_000_000;

  @TempDir private Path folder;

  private final ManualClock clock = new ManualClock(Instant.parse("2026-06-01T00:00:00Z"));
  private Machine.Room room = new Machine.Room(100 * GIGABYTE, 100 * GIGABYTE);

  private Disk disk() {
    return new Disk(PlatformSettings.bind(null, Map.of(), Map.of(), folder), () -> room, clock);
  }

  private void write(String name, int bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[bytes]);
  }

  @Test
  void whatOtherProgramsWriteBringsTheEndNearer() {
    Disk disk = disk();
    disk.measure();
    room = new Machine.Room(100 * GIGABYTE, 90 * GIGABYTE);
    clock.advance(Duration.ofHours(1));

    disk.measure();

    assertThat(disk.daysLeft().orElseThrow()).isCloseTo(9.0 / 24, within(0.001));
  }

  @Test
  void countsEverythingThatIsKeptByPart() throws IOException {
    write("kafka/iot.raw-0/0.log", 1);
    write("series/readings/value.d", 2);
    write("registry.db", 3);
    write("deliveries.db", 4);
    write("deliveries.db-wal", 50);
    write("backups/2026-06-01T00-00-00Z/registry.db", 6);
    write("examples/crm.db", 7);
    write("run/weir.log", 80);
    Disk disk = disk();

    disk.measure();

    assertThat(disk.bytes())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "log", 1L,
                "series", 2L,
                "registry", 3L,
                "deliveries", 54L,
                "backups", 6L,
                "rest", 87L));
  }

  @Test
  void aBudgetCountsDeliveriesAndRemovesNoneOfThem() throws IOException {
    write("deliveries.db", 11_000_000);
    Disk disk = disk();
    DiskBudget budget = new DiskBudget(disk, 10_000_000, Duration.ofDays(7), null, null, clock);
    disk.measure();

    budget.run();

    assertThat(budget.usedBytes()).isEqualTo(11_000_000);
    assertThat(budget.trouble().orElseThrow()).startsWith("1000000 bytes over disk.budget");
    assertThat(folder.resolve("deliveries.db")).hasSize(11_000_000);
  }
}
