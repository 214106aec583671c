package weir.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import weir.app.watch.DiskOutlook;
import weir.app.watch.Machine;

/// What the data folder holds, by part, and how long the disk will do. One thread measures, any
/// reads.
final class Disk {

  static final String LOG = "log";
  static final String SERIES = "series";

  private final Map<String, Path> folders;
  private final Machine machine;
  private final InstantSource clock;
  private final DiskOutlook outlook = new DiskOutlook();
  private volatile Map<String, Long> bytes = Map.of();

  Disk(PlatformSettings settings, Machine machine, InstantSource clock) {
    this.folders =
        Map.of(
            LOG,
            settings.dataDir().resolve("kafka"),
            SERIES,
            settings.questdb().directory(),
            "registry",
            settings.dataDir().resolve("registry.db"),
            "deliveries",
            settings.dataDir().resolve("deliveries.db"));
    this.machine = machine;
    this.clock = clock;
  }

  void measure() {
    Map<String, Long> now = new TreeMap<>();
    folders.forEach((part, folder) -> now.put(part, measure(folder)));
    bytes = now;
    outlook.add(clock.instant(), now.values().stream().mapToLong(Long::longValue).sum());
  }

  /// Files come and go while they are counted.
  private static long measure(Path folder) {
    if (!Files.exists(folder)) {
      return 0;
    }
    long[] sum = {0};
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              sum[0] += attributes.size();
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot measure " + folder, e);
    }
    return sum[0];
  }

  Map<String, Long> bytes() {
    return bytes;
  }

  long freeBytes() {
    return machine.disk().free();
  }

  OptionalDouble daysLeft() {
    return outlook.daysLeft(freeBytes());
  }
}
