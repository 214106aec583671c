package weir.series.questdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import weir.series.StoreException;

/// The tables that are being made, by name in a small file beside them.
///
/// A process that dies while QuestDB makes a table leaves a folder that QuestDB can neither use nor
/// make anew (seen in 9.3.4). Nothing is written to a table before it is complete, so the next
/// start removes such folders before QuestDB looks, and makes the tables again.
final class UnfinishedTables {

  private final Path directory;
  private final Path file;

  UnfinishedTables(Path directory) {
    this.directory = directory;
    this.file = directory.resolve("unfinished-tables.txt");
  }

  /// Notes that these tables do not exist and are about to be made.
  void begin(List<String> names) {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.write(fresh, names);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new StoreException("cannot write " + file, e);
    }
  }

  /// Notes that all are complete.
  void end() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new StoreException("cannot remove " + file, e);
    }
  }

  /// Removes what a process that died has left of tables. Only before QuestDB is opened.
  void remove() {
    if (!Files.exists(file)) {
      return;
    }
    try {
      for (String name : Files.readAllLines(file)) {
        removeFoldersOf(name);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new StoreException("cannot remove unfinished tables from " + directory, e);
    }
    end();
  }

  /// A table's folder is its name, for a table with a write-ahead log followed by `~` and a number.
  private void removeFoldersOf(String name) throws IOException {
    List<Path> folders;
    try (Stream<Path> all = Files.list(directory)) {
      folders = all.filter(path -> isOf(name, path.getFileName().toString())).toList();
    }
    for (Path folder : folders) {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static boolean isOf(String name, String folder) {
    return folder.equals(name) || folder.startsWith(name + "~");
  }
}
