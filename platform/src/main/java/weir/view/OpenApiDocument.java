package weir.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/// The OpenAPI 3.1 description of the whole HTTP interface, put together from one file for each
/// area. The areas are named in `openapi/areas.yaml`; they may not describe the same thing twice.
public final class OpenApiDocument {

  private static final String FOLDER = "openapi/";
  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).build());
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode tree;

  private OpenApiDocument(ObjectNode tree) {
    this.tree = tree;
  }

  /// Reads the files of the areas.
  ///
  /// @throws IllegalStateException when two areas describe one thing
  public static OpenApiDocument load() {
    ObjectNode tree = YAML.createObjectNode();
    for (JsonNode area : read("areas.yaml").path("areas")) {
      merge(tree, read(area.asText() + ".yaml"), area.asText());
    }
    return new OpenApiDocument(tree);
  }

  private static JsonNode read(String file) {
    try (InputStream in = OpenApiDocument.class.getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new IllegalStateException("there is no " + FOLDER + file);
      }
      return YAML.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + FOLDER + file, e);
    }
  }

  private static void merge(ObjectNode into, JsonNode from, String place) {
    for (Map.Entry<String, JsonNode> field : from.properties()) {
      String name = place + "/" + field.getKey();
      JsonNode known = into.get(field.getKey());
      if (known == null) {
        into.set(field.getKey(), field.getValue().deepCopy());
      } else if (known instanceof ObjectNode object && field.getValue().isObject()) {
        merge(object, field.getValue(), name);
      } else if (known instanceof ArrayNode list && field.getValue() instanceof ArrayNode more) {
        list.addAll(more.deepCopy());
      } else {
        throw new IllegalStateException("described twice: " + name);
      }
    }
  }

  public JsonNode tree() {
    return tree;
  }

  byte[] json() {
    return bytes(JSON);
  }

  byte[] yaml() {
    return bytes(YAML);
  }

  private byte[] bytes(ObjectMapper mapper) {
    try {
      return mapper.writeValueAsBytes(tree);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
