package weir.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import weir.event.ProblemException;

/// Reads the body of a request: media type first, then length, then JSON.
public final class JsonBody {

  static final int BYTES_MAX = 256 * 1024;

  public static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonBody() {}

  /// The body as an object, of at most 256 KB.
  public static ObjectNode object(ServerRequest request) {
    mediaType(request, "application/json", "application/merge-patch+json");
    JsonNode node = parse(bytes(request));
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw ProblemException.of(400, "Unreadable body", "the body must be a JSON object");
  }

  /// As [#object]; an empty object when there is no body.
  public static ObjectNode objectOrEmpty(ServerRequest request) {
    return request.content().hasEntity() ? object(request) : JSON.createObjectNode();
  }

  private static JsonNode parse(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw ProblemException.of(400, "Unreadable body", "not JSON" + place(e));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Where JSON stopped being JSON. The parser's own words would repeat the input.
  static String place(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : " at line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
  }

  /// The media type of the body, which must be one of those allowed.
  static String mediaType(ServerRequest request, String... allowed) {
    if (request.headers().contains(HeaderNames.CONTENT_ENCODING)) {
      throw unsupported("compressed bodies are not read");
    }
    String header = request.headers().first(HeaderNames.CONTENT_TYPE).orElse("");
    String given = header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    List<String> types = Arrays.asList(allowed);
    if (!types.contains(given)) {
      throw unsupported("the content type must be " + String.join(" or ", types));
    }
    return given;
  }

  private static ProblemException unsupported(String detail) {
    return ProblemException.of(415, "Unsupported media type", detail);
  }

  private static byte[] bytes(ServerRequest request) {
    if (request.headers().contentLength().orElse(0) > BYTES_MAX) {
      throw tooLong(BYTES_MAX);
    }
    if (!request.content().hasEntity()) {
      return new byte[0];
    }
    try (InputStream in = request.content().inputStream()) {
      byte[] body = in.readNBytes(BYTES_MAX + 1);
      if (body.length > BYTES_MAX) {
        throw tooLong(BYTES_MAX);
      }
      return body;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ProblemException tooLong(long bytesMax) {
    return ProblemException.of(413, "Too large", "the body is longer than " + bytesMax + " bytes");
  }
}
