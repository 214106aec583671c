package weir.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import weir.log.Topics;

/// Copies the data folder while the platform works, so that what is restored is what a crash at
/// that moment would have left: nothing acknowledged before is missing.
///
/// The doors stay open. Storing waits while the series and the log are copied. SQLite files are
/// copied by SQLite itself. In the log, downstream comes first: the offsets of the groups, then
/// what the stages wrote, then the raw topic; so no group is past the end of its topic, and no
/// event is there without the message that it came from. What the broker can make again (indexes,
/// checkpoints) is left out.
///
/// The demo's examples are contained. What is kept in other places is not: see [Elsewhere].
final class Backup {

  private static final String PARTIAL = ".partial";
  private static final String EXAMPLES = "examples";
  private static final String OFFSETS = "__consumer_offsets";
  private static final String METADATA = "__cluster_metadata";
  private static final List<String> MADE_AGAIN =
      List.of(
          ".index",
          ".timeindex",
          ".lock",
          ".kafka_cleanshutdown",
          "recovery-point-offset-checkpoint",
          "replication-offset-checkpoint");
  private static final int TRIES = 3;

  /// @param bytes of all files
  /// @param elsewhere what it does not hold
  record Made(Path folder, long bytes, Duration took, List<Elsewhere> elsewhere) {}

  private final PlatformSettings settings;
  private final Consumer<Runnable> whileNothingIsStored;
  private final InstantSource clock;
  private final AtomicBoolean underWay = new AtomicBoolean();

  /// @param whileNothingIsStored runs something while no series are written
  Backup(PlatformSettings settings, Consumer<Runnable> whileNothingIsStored, InstantSource clock) {
    this.settings = settings;
    this.whileNothingIsStored = whileNothingIsStored;
    this.clock = clock;
  }

  /// Makes one below `backups` in the data folder.
  ///
  /// @throws IllegalStateException when one is under way
  Made make() {
    if (!underWay.compareAndSet(false, true)) {
      throw new IllegalStateException("a backup is under way");
    }
    Instant began = clock.instant();
    Path data = settings.dataDir();
    String name = began.toString().replace(':', '-');
    Path partial = data.resolve("backups").resolve(name + PARTIAL);
    try {
      Files.createDirectories(partial);
      copyTopLevel(data, partial);
      if (Files.isDirectory(data.resolve(EXAMPLES))) {
        copyTopLevel(data.resolve(EXAMPLES), Files.createDirectory(partial.resolve(EXAMPLES)));
      }
      whileNothingIsStored.accept(
          () -> {
            copyLog(data.resolve("kafka"), partial.resolve("kafka"));
            copyTree(settings.questdb().directory(), partial.resolve("series"));
          });
      Path whole = Files.move(partial, partial.resolveSibling(name));
      Duration took = Duration.between(began, clock.instant());
      return new Made(whole, size(whole), took, Elsewhere.of(settings));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the backup " + partial, e);
    } finally {
      underWay.set(false);
    }
  }

  private static void copyTopLevel(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".db")) {
          copyDatabase(file, to.resolve(name));
        } else if (!name.endsWith("-wal") && !name.endsWith("-shm") && !name.endsWith(".lock")) {
          Files.copy(file, to.resolve(name));
        }
      }
    }
  }

  private static void copyDatabase(Path from, Path to) {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + from);
        PreparedStatement copy = connection.prepareStatement("VACUUM INTO ?")) {
      copy.setString(1, to.toString());
      boolean _ = copy.execute();
    } catch (SQLException e) {
      throw new IllegalStateException("cannot copy " + from + ": " + e.getMessage(), e);
    }
  }

  private void copyLog(Path from, Path to) {
    if (!Files.exists(from)) {
      return;
    }
    try (Stream<Path> entries = Files.list(from)) {
      List<Path> ordered = new ArrayList<>(entries.toList());
      ordered.sort(Comparator.comparing(this::turn).thenComparing(Path::toString));
      for (Path entry : ordered) {
        copyWholly(entry, to.resolve(entry.getFileName()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy the log", e);
    }
  }

  /// When a folder of the log is copied.
  private int turn(Path entry) {
    String name = entry.getFileName().toString();
    Topics topics = settings.topics();
    if (name.startsWith(OFFSETS)) {
      return 0;
    }
    if (name.startsWith(METADATA)) {
      return 3;
    }
    return name.matches(Pattern.quote(topics.raw().name()) + "-\\d+") ? 2 : 1;
  }

  /// Compaction and retention may take files away meanwhile; then it is copied again.
  private static void copyWholly(Path from, Path to) {
    for (int tries = 1; ; tries++) {
      if (copyTree(from, to) || tries == TRIES) {
        return;
      }
    }
  }

  /// Whether no file vanished meanwhile.
  private static boolean copyTree(Path from, Path to) {
    if (!Files.exists(from)) {
      return true;
    }
    boolean[] whole = {true};
    try {
      Files.walkFileTree(
          from,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
                throws IOException {
              Files.createDirectories(to.resolve(from.relativize(folder).toString()));
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              if (MADE_AGAIN.stream().noneMatch(file.toString()::endsWith)) {
                whole[0] &= copyFile(file, to.resolve(from.relativize(file).toString()));
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure)
                throws IOException {
              if (failure instanceof NoSuchFileException) {
                whole[0] = false;
                return FileVisitResult.CONTINUE;
              }
              throw failure;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot copy " + from, e);
    }
    return whole[0];
  }

  private static boolean copyFile(Path from, Path to) throws IOException {
    try {
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
      return true;
    } catch (NoSuchFileException gone) {
      return false;
    }
  }

  private static long size(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  /// Copies a backup to where a platform will find it.
  ///
  /// @throws CommandException when something is there already
  static void restore(Path backup, Path dataDir, Path seriesDir) {
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
        var _ = copyTree(entry, name.equals("series") ? seriesDir : dataDir.resolve(name));
      }
    } catch (IOException e) {
      throw new CommandException("cannot restore " + backup + ": " + e.getMessage());
    }
  }

  /// With everything on servers, the key of the webhooks is what is left here.
  private static boolean isBackup(Path folder) {
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
      throw new CommandException(folder + " cannot be read: " + e.getMessage());
    }
  }
}
