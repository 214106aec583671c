package weir.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import weir.app.watch.DiskOutlook;
import weir.app.watch.Machine;

/// What the data folder holds, by part, and how long the disk will do, whoever fills it. One
/// thread measures, any reads.
final class Disk {

  static final String LOG = "log";
  static final String SERIES = "series";
  static final String DELIVERIES = "deliveries";

  private final Map<String, List<FileTree>> parts;
  private final Supplier<Machine.Room> room;
  private final InstantSource clock;
  private final DiskOutlook outlook = new DiskOutlook();
  private volatile Map<String, Long> bytes = Map.of();

  /// @param room of the disk that the data folder is on
  Disk(PlatformSettings settings, Supplier<Machine.Room> room, InstantSource clock) {
    Path data = settings.dataDir();
    this.parts =
        Map.of(
            LOG,
            folders(data, "kafka"),
            SERIES,
            series(settings),
            "registry",
            database(data.resolve("registry.db")),
            DELIVERIES,
            database(data.resolve("deliveries.db")),
            Backup.FOLDER,
            folders(data, Backup.FOLDER),
            "rest",
            folders(data, "examples", "replays", "run"));
    this.room = room;
    this.clock = clock;
  }

  private static List<FileTree> folders(Path data, String... names) {
    return Stream.of(names).map(name -> new FileTree(data.resolve(name))).toList();
  }

  private static List<FileTree> series(PlatformSettings settings) {
    return settings.sqlite().isGiven()
        ? database(settings.sqlite().file())
        : List.of(new FileTree(settings.questdb().directory()));
  }

  /// A database of SQLite, with what it has not yet moved to its file.
  private static List<FileTree> database(Path file) {
    return List.of(
        new FileTree(file),
        new FileTree(file.resolveSibling(file.getFileName() + "-wal")),
        new FileTree(file.resolveSibling(file.getFileName() + "-shm")));
  }

  void measure() {
    Map<String, Long> now = new TreeMap<>();
    parts.forEach((part, trees) -> now.put(part, trees.stream().mapToLong(Disk::measure).sum()));
    bytes = now;
    outlook.add(clock.instant(), room.get().used());
  }

  private static long measure(FileTree tree) {
    try {
      return tree.bytes(any -> true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot measure " + tree.root(), e);
    }
  }

  Map<String, Long> bytes() {
    return bytes;
  }

  long freeBytes() {
    return room.get().free();
  }

  OptionalDouble daysLeft() {
    return outlook.daysLeft(freeBytes());
  }
}
