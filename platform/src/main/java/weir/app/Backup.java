package weir.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.app.watch.Machine;
import weir.event.ProblemException;

/// Copies the data folder while the platform works, so that what is restored is what a crash at
/// that moment would have left: nothing acknowledged before is missing.
///
/// The doors stay open. Copied is against the stream: first the offsets of the groups; then what
/// the groups made of what they read, the databases and the series; then the topics, the raw one
/// last. So what a group has committed is there, no group is past the end of its topic, and no
/// event is there without the message that it came from. SQLite files are copied by SQLite itself;
/// storing waits while the series are copied. What the broker can make again (indexes,
/// checkpoints) is left out.
///
/// The demo's examples are contained. What is kept in other places is not: see [Elsewhere].
public final class Backup {

  private static final Logger LOG = LoggerFactory.getLogger(Backup.class);

  /// Where they are in the data folder.
  static final String FOLDER = "backups";

  private static final String PARTIAL = ".partial";
  private static final String EXAMPLES = "examples";
  private static final String DATABASE = ".db";
  private static final String DELIVERIES = "deliveries" + DATABASE;
  private static final String OFFSETS = "__consumer_offsets";
  private static final String METADATA = "__cluster_metadata";
  private static final List<String> NOT_COPIED = List.of("-wal", "-shm", ".lock", DATABASE);
  private static final List<String> MADE_AGAIN =
      List.of(
          ".index",
          ".timeindex",
          ".lock",
          ".kafka_cleanshutdown",
          "recovery-point-offset-checkpoint",
          "replication-offset-checkpoint");
  private static final int TRIES = 3;

  /// When a folder of the log is copied.
  private enum Turn {
    OFFSETS,
    DOWNSTREAM,
    RAW,
    METADATA
  }

  /// @param bytes of all files
  /// @param elsewhere what it does not hold
  record Made(Path folder, long bytes, Duration took, List<Elsewhere> elsewhere) {}

  private final PlatformSettings settings;
  private final Consumer<Runnable> whileNothingIsStored;
  private final Supplier<Machine.Room> room;
  private final InstantSource clock;
  private final AtomicBoolean underWay = new AtomicBoolean();

  /// @param whileNothingIsStored runs something while no series are written
  /// @param room of the disk that the data folder is on
  Backup(
      PlatformSettings settings,
      Consumer<Runnable> whileNothingIsStored,
      Supplier<Machine.Room> room,
      InstantSource clock) {
    this.settings = settings;
    this.whileNothingIsStored = whileNothingIsStored;
    this.room = room;
    this.clock = clock;
  }

  /// Makes one below `backups` in the data folder. One that fails leaves nothing there.
  ///
  /// @return empty when another one is under way
  /// @throws ProblemException when it would fill the disk
  /// @throws UncheckedIOException when files cannot be read or written
  Optional<Made> make() {
    if (!underWay.compareAndSet(false, true)) {
      return Optional.empty();
    }
    Instant began = clock.instant();
    String name = began.toString().replace(':', '-');
    Path partial = folder().resolve(name + PARTIAL);
    try {
      checkRoom();
      Files.createDirectories(partial);
      copy(settings.dataDir(), partial);
      Path whole = Files.move(partial, partial.resolveSibling(name));
      Duration took = Duration.between(began, clock.instant());
      long bytes = new FileTree(whole).bytes(any -> true);
      return Optional.of(new Made(whole, bytes, took, Elsewhere.of(settings)));
    } catch (IOException e) {
      remove(partial);
      throw new UncheckedIOException("cannot make the backup " + name + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      remove(partial);
      throw e;
    } finally {
      underWay.set(false);
    }
  }

  private Path folder() {
    return settings.dataDir().resolve(FOLDER);
  }

  /// The log goes on growing meanwhile, and must not find the disk full.
  private void checkRoom() throws IOException {
    long copied = bytesToCopy();
    long needed = copied + copied / 10 + settings.kafka().diskReserveBytes();
    long free = room.get().free();
    if (free < needed) {
      throw ProblemException.of(
          507,
          "Insufficient storage",
          "the backup needs %d bytes and %d are free; nothing was copied, make room first"
              .formatted(needed, free));
    }
  }

  private long bytesToCopy() throws IOException {
    Path data = settings.dataDir();
    List<Path> copied = new ArrayList<>(files(data));
    copied.add(data.resolve(EXAMPLES));
    copied.add(data.resolve("kafka"));
    copied.add(settings.questdb().directory());
    long sum = 0;
    for (Path one : copied) {
      sum += new FileTree(one).bytes(Backup::isKept);
    }
    return sum;
  }

  /// Removes what a process that was killed left of a backup. Not while one is under way.
  void removeUnfinished() {
    try (Stream<Path> entries = Files.exists(folder()) ? Files.list(folder()) : Stream.empty()) {
      entries.filter(entry -> entry.toString().endsWith(PARTIAL)).forEach(Backup::remove);
    } catch (IOException e) {
      LOG.warn("unfinished backups are not known folder={}", folder(), e);
    }
  }

  private static void remove(Path partial) {
    try {
      new FileTree(partial).delete();
    } catch (IOException e) {
      LOG.warn("what there is of a backup cannot be deleted folder={}", partial, e);
    }
  }

  private void copy(Path data, Path to) throws IOException {
    copyFiles(data, to);
    Path examples = data.resolve(EXAMPLES);
    if (Files.isDirectory(examples)) {
      Path copied = Files.createDirectory(to.resolve(EXAMPLES));
      copyFiles(examples, copied);
      copyDatabases(examples, copied);
    }
    copyLog(data, to, Turn.OFFSETS);
    copyDatabases(data, to);
    whileNothingIsStored.accept(() -> copySeries(to.resolve("series")));
    copyLog(data, to, Turn.DOWNSTREAM);
    copyLog(data, to, Turn.RAW);
    copyLog(data, to, Turn.METADATA);
  }

  private static void copyFiles(Path from, Path to) throws IOException {
    for (Path file : files(from)) {
      String name = file.getFileName().toString();
      if (NOT_COPIED.stream().noneMatch(name::endsWith)) {
        Files.copy(file, to.resolve(name));
      }
    }
  }

  /// The deliveries come before the registry: none may wait for an endpoint that it does not know.
  private static void copyDatabases(Path from, Path to) throws IOException {
    List<Path> databases = new ArrayList<>(files(from));
    databases.removeIf(file -> !file.toString().endsWith(DATABASE));
    databases.sort(Comparator.comparing(file -> !file.endsWith(DELIVERIES)));
    for (Path database : databases) {
      copyDatabase(database, to.resolve(database.getFileName()));
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(Files::isRegularFile).toList();
    }
  }

  private static void copyDatabase(Path from, Path to) throws IOException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + from);
        PreparedStatement copy = connection.prepareStatement("VACUUM INTO ?")) {
      copy.setString(1, to.toString());
      boolean _ = copy.execute();
    } catch (SQLException e) {
      throw new IOException("cannot copy " + from + ": " + e.getMessage(), e);
    }
  }

  private void copySeries(Path to) {
    try {
      // What vanishes now is not needed any more: the store stands still.
      boolean _ = new FileTree(settings.questdb().directory()).copy(to, Backup::isKept);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy the series: " + e.getMessage(), e);
    }
  }

  private void copyLog(Path data, Path to, Turn turn) throws IOException {
    Path log = data.resolve("kafka");
    if (!Files.exists(log)) {
      return;
    }
    Path copied = Files.createDirectories(to.resolve("kafka"));
    try (Stream<Path> entries = Files.list(log)) {
      for (Path entry : entries.filter(one -> turn(one) == turn).toList()) {
        copyWholly(new FileTree(entry), copied.resolve(entry.getFileName()));
      }
    }
  }

  private Turn turn(Path entry) {
    String name = entry.getFileName().toString();
    if (name.startsWith(OFFSETS)) {
      return Turn.OFFSETS;
    }
    if (name.startsWith(METADATA)) {
      return Turn.METADATA;
    }
    String raw = Pattern.quote(settings.topics().raw().name());
    return name.matches(raw + "-\\d+") ? Turn.RAW : Turn.DOWNSTREAM;
  }

  /// Compaction and retention may take files away meanwhile; then it is copied anew.
  private static void copyWholly(FileTree from, Path to) throws IOException {
    for (int tries = 1; !from.copy(to, Backup::isKept); tries++) {
      if (tries == TRIES) {
        throw new IOException("files of " + from.root() + " vanish while they are copied");
      }
      new FileTree(to).delete();
    }
  }

  private static boolean isKept(Path file) {
    return MADE_AGAIN.stream().noneMatch(file.toString()::endsWith);
  }

  /// Copies a backup to where a platform will find it.
  ///
  /// @throws CommandException when something is there already
  public static void restore(Path backup, Path dataDir, Path seriesDir) {
    if (!isBackup(backup)) {
      throw new CommandException(backup + " is no backup of Weir");
    }
    for (Path folder : List.of(dataDir, seriesDir)) {
      if (!isEmpty(folder)) {
        throw new CommandException(
            folder + " is not empty; move it away, or name another with --data-dir");
      }
    }
    try (Stream<Path> entries = Files.list(backup)) {
      Files.createDirectories(dataDir);
      for (Path entry : entries.toList()) {
        String name = entry.getFileName().toString();
        Path to = name.equals("series") ? seriesDir : dataDir.resolve(name);
        boolean _ = new FileTree(entry).copy(to, Backup::isKept);
      }
    } catch (IOException e) {
      throw new CommandException("cannot restore " + backup + ": " + FileTrouble.of(e));
    }
  }

  /// With everything on servers, the key of the webhooks is what is left here.
  public static boolean isBackup(Path folder) {
    return Stream.of("kafka", "registry.db", "webhook.key")
        .anyMatch(name -> Files.exists(folder.resolve(name)));
  }

  private static boolean isEmpty(Path folder) {
    if (!Files.exists(folder)) {
      return true;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    } catch (IOException e) {
      throw new CommandException(folder + " cannot be read: " + FileTrouble.of(e));
    }
  }
}
