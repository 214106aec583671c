package weir.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import weir.view.OpenApiDocument;

/// Holds answers against the OpenAPI document: what a server says must be described there, and be
/// as it is described.
public final class OpenApiCheck {

  private final JsonNode document = OpenApiDocument.load().tree();
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private final Map<String, Schema> schemas = new HashMap<>();

  /// Asserts that this answer is documented and valid.
  ///
  /// @param path as in the document, such as `/api/devices/{id}/latest`
  /// @param contentType the header, parameters included; empty for an answer without a body
  public void check(String method, String path, int status, String contentType, byte[] body) {
    String place = method + " " + path + " " + status;
    JsonNode operation = document.path("paths").path(path).path(method.toLowerCase(Locale.ROOT));
    assertThat(operation.isObject()).as("%s is documented", place).isTrue();
    JsonNode responses = operation.path("responses");
    JsonNode response = responses.path(Integer.toString(status));
    if (response.isMissingNode() && status >= 400) {
      response = responses.path("default");
    }
    response = resolved(response);
    assertThat(response.isObject()).as("the status of %s is documented", place).isTrue();
    String mediaType = contentType.split(";", 2)[0].strip();
    JsonNode content = response.path("content");
    if (mediaType.isEmpty()) {
      assertThat(content.isMissingNode()).as("%s has no body, as documented", place).isTrue();
      return;
    }
    JsonNode described = content.path(mediaType);
    assertThat(described.isObject()).as("%s of %s is documented", mediaType, place).isTrue();
    if (mediaType.endsWith("json")) {
      validate(place + " " + mediaType, described.path("schema"), body);
    }
  }

  private JsonNode resolved(JsonNode node) {
    String reference = node.path("$ref").asText();
    return reference.isEmpty() ? node : document.at(reference.substring(1));
  }

  private void validate(String place, JsonNode schema, byte[] body) {
    Schema compiled = schemas.computeIfAbsent(place, any -> compile(schema));
    String text = new String(body, StandardCharsets.UTF_8);
    List<Error> errors = compiled.validate(text, InputFormat.JSON);
    assertThat(errors).as("%s: %s", place, text).isEmpty();
  }

  /// A schema on its own, with the components that it may refer to.
  private Schema compile(JsonNode schema) {
    ObjectNode whole = schema.deepCopy();
    whole.set("components", document.path("components"));
    return registry.getSchema(whole.toString(), InputFormat.JSON);
  }
}
