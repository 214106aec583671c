package weir;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Holds the code against the import table of ARCHITECTURE.md and the size rules of
/// CONTRIBUTING.md.
class ArchitectureTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path MAIN = ROOT.resolve("platform/src/main/java/weir");
  private static final int FILE_LINES_MAX = 500;
  private static final Pattern ROW = Pattern.compile("^\\| `([\\w/]+)` \\|.*\\| ([^|]*) \\|$");
  private static final Pattern NAME = Pattern.compile("`([\\w/]+)`");
  private static final Pattern OURS =
      Pattern.compile("^import (?:static )?weir\\.([\\w.]+)", Pattern.MULTILINE);

  @Test
  void packagesImportOnlyWhatTheTableAllows() throws IOException {
    Map<String, Set<String>> allowed = table();
    List<String> offences = new ArrayList<>();
    for (Path file : sources()) {
      String from = rowOf(MAIN.relativize(file), allowed.keySet());
      Matcher imports = OURS.matcher(Files.readString(file));
      while (imports.find()) {
        String to = rowOf(Path.of(imports.group(1).replace('.', '/')), allowed.keySet());
        if (!to.equals(from) && !allowed.getOrDefault(from, Set.of()).contains(to)) {
          offences.add(MAIN.relativize(file) + " imports " + to);
        }
      }
    }
    assertThat(offences).isEmpty();
  }

  @Test
  void everyPackageIsInTheTable() throws IOException {
    Set<String> rows = table().keySet();
    Set<String> packages =
        sources().stream()
            .map(file -> rowOf(MAIN.relativize(file), rows))
            .collect(Collectors.toSet());
    assertThat(rows).containsAll(packages);
  }

  @Test
  void filesAreShort() throws IOException {
    List<String> offences = new ArrayList<>();
    for (Path file : sources()) {
      long lines = Files.readAllLines(file).size();
      if (lines > FILE_LINES_MAX) {
        offences.add(MAIN.relativize(file) + " has " + lines + " lines");
      }
    }
    assertThat(offences).isEmpty();
  }

  private Map<String, Set<String>> table() throws IOException {
    Map<String, String> cells = new HashMap<>();
    for (String line : Files.readAllLines(ROOT.resolve("ARCHITECTURE.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        cells.put(row.group(1), row.group(2));
      }
    }
    Map<String, Set<String>> table = new HashMap<>();
    cells.forEach((row, cell) -> table.put(row, allowed(cell, cells.keySet())));
    return table;
  }

  /// The packages that a cell names, or all but those.
  private static Set<String> allowed(String cell, Set<String> rows) {
    Set<String> named = new TreeSet<>();
    Matcher name = NAME.matcher(cell);
    while (name.find()) {
      named.add(name.group(1));
    }
    if (!cell.startsWith("all")) {
      return named;
    }
    Set<String> others = new TreeSet<>(rows);
    others.removeAll(named);
    return others;
  }

  private List<Path> sources() {
    try (Stream<Path> files = Files.walk(MAIN)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> MAIN.relativize(file).getNameCount() > 1)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The longest row above a file or an imported name; its top folder when no row is.
  private static String rowOf(Path below, Set<String> rows) {
    Path row = below;
    while (row.getNameCount() > 1 && !rows.contains(row.toString())) {
      row = row.getParent();
    }
    return row.toString();
  }
}
