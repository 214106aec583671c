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
// CONTRIBUTING.md.
class ArchitectureTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path MAIN = ROOT.resolve("platform/src/main/java/weir");
  private static final int FILE_LINES_MAX = 500;
  private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\|.*\\| ([^|]*) \\|$");
  private static final Pattern NAME = Pattern.compile("`(\\w+)`");
  private static final Pattern OURS =
      Pattern.compile("^import (?:static )?weir\\.(\\w+)", Pattern.MULTILINE);

  @Test
  void packagesImportOnlyWhatTheTableAllows() throws IOException {
    Map<String, Set<String>> allowed = table();
    List<String> offences = new ArrayList<>();
    for (Path file : sources()) {
      String from = packageOf(file);
      Matcher imports = OURS.matcher(Files.readString(file));
      while (imports.find()) {
        String to = imports.group(1);
        if (!to.equals(from) && !allowed.getOrDefault(from, Set.of()).contains(to)) {
          offences.add(MAIN.relativize(file) + " imports " + to);
        }
      }
    }
    assertThat(offences).isEmpty();
  }

  @Test
  void everyPackageIsInTheTable() throws IOException {
    Set<String> packages = sources().stream().map(this::packageOf).collect(Collectors.toSet());
    assertThat(table().keySet()).containsAll(packages);
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
    Map<String, Set<String>> table = new HashMap<>();
    for (String line : Files.readAllLines(ROOT.resolve("ARCHITECTURE.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        Set<String> names = new TreeSet<>();
        Matcher name = NAME.matcher(row.group(2));
        while (name.find()) {
          names.add(name.group(1));
        }
        table.put(row.group(1), names);
      }
    }
    Set<String> all = new TreeSet<>(table.keySet());
    table.computeIfPresent("app", (app, none) -> all);
    return table;
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

  private String packageOf(Path file) {
    return MAIN.relativize(file).getName(0).toString();
  }
}
