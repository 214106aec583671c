package weir.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The rows of an import, one after the other. A bad row does not hinder the next.
interface ImportRows {

  /// The next row, or null at the end.
  @Nullable ImportRow next() throws IOException;

  String TOO_LONG = "is longer than " + LineReader.LINE_BYTES_MAX + " bytes or not UTF-8";

  /// Rows of JSON objects, one a line; blank lines are passed over.
  static ImportRows ofJsonLines(LineReader lines) {
    return () -> {
      LineReader.Line line = lines.next();
      while (line != null && line.text() != null && line.text().isBlank()) {
        line = lines.next();
      }
      return line == null ? null : jsonRow(line);
    };
  }

  private static ImportRow jsonRow(LineReader.Line line) {
    if (line.text() == null) {
      return new ImportRow.Illegible(line.number(), TOO_LONG);
    }
    try {
      JsonNode node = JsonBody.JSON.readTree(line.text());
      return node instanceof ObjectNode device
          ? new ImportRow.Legible(line.number(), device)
          : new ImportRow.Illegible(line.number(), "is not a JSON object");
    } catch (JsonProcessingException e) {
      int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
      return new ImportRow.Illegible(line.number(), "is not JSON at column " + column);
    }
  }
}
