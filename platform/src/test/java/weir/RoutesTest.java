package weir;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import weir.view.OpenApiDocument;

/// Holds the routes that the code registers against those that the OpenAPI document
/// describes.
class RoutesTest {

  private static final Path MAIN = Path.of("src/main/java/weir").toAbsolutePath();
  private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE");
  private static final Pattern TEXT = Pattern.compile("\"[^\"]*+\"|[A-Z_]++");

  /// A method of the rules with its path, made of texts and constants, which a helper may
  /// begin with the constant `PATH`.
  private static final Pattern ROUTE =
      Pattern.compile(
          "\\b(get|post|put|patch|delete)\\(\\s*(rules, )?((?:%s|\\s*\\+\\s*)+),".formatted(TEXT));

  private static final Pattern CONSTANT = Pattern.compile("String ([A-Z_]+) = (\"[^\"]*\");");
  private static final Pattern PAGES = Pattern.compile("[A-Z]+ (/|/console.*|/docs.*)");

  @Test
  void everyRouteIsDocumentedAndEveryDocumentedOneIsThere() throws IOException {
    assertThat(registered()).isEqualTo(documented());
  }

  private static Set<String> registered() throws IOException {
    Set<String> routes = new TreeSet<>();
    try (Stream<Path> files = Files.walk(MAIN)) {
      for (Path file : files.filter(file -> file.toString().endsWith(".java")).toList()) {
        String source = Files.readString(file);
        if (source.contains("HttpRules rules")) {
          Map<String, String> constants = new HashMap<>();
          CONSTANT.matcher(source).results().forEach(m -> constants.put(m.group(1), m.group(2)));
          ROUTE
              .matcher(source)
              .results()
              .map(route -> route(route, constants))
              .forEach(routes::add);
        }
      }
    }
    routes.removeIf(route -> !route.contains(" /") || PAGES.matcher(route).matches());
    return routes;
  }

  private static String route(MatchResult found, Map<String, String> constants) {
    StringBuilder path = new StringBuilder(found.group(1).toUpperCase(Locale.ROOT)).append(' ');
    String written = (found.group(2) == null ? "" : "PATH + ") + found.group(3);
    TEXT.matcher(written)
        .results()
        .map(text -> constants.getOrDefault(text.group(), text.group()))
        .forEach(text -> path.append(text.replace("\"", "").replace("{+", "{")));
    return path.toString();
  }

  private static Set<String> documented() {
    Set<String> routes = new TreeSet<>();
    for (Map.Entry<String, JsonNode> path :
        OpenApiDocument.load().tree().path("paths").properties()) {
      METHODS.stream()
          .filter(method -> path.getValue().has(method.toLowerCase(Locale.ROOT)))
          .forEach(method -> routes.add(method + " " + path.getKey()));
    }
    return routes;
  }
}
