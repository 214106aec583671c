package weir.view;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/// An answer as CSV (RFC 4180), sent while it is being written.
///
/// A text cell that a spreadsheet would take for a formula gets an apostrophe in front.
final class CsvAnswer implements AutoCloseable {

  private static final String FORMULA_STARTS = "=+-@\t\r";

  private final Writer out;

  CsvAnswer(ServerResponse response, String fileName, String... columns) throws IOException {
    response.header(HeaderNames.CONTENT_TYPE, "text/csv; charset=utf-8");
    response.header(
        HeaderNames.CONTENT_DISPOSITION, "attachment; filename=\"" + fileName + ".csv\"");
    this.out =
        new BufferedWriter(new OutputStreamWriter(response.outputStream(), StandardCharsets.UTF_8));
    row((Object[]) columns);
  }

  /// Numbers are written as they are, everything else as text.
  void row(Object... cells) throws IOException {
    for (int i = 0; i < cells.length; i++) {
      out.write(i == 0 ? "" : ",");
      out.write(cells[i] instanceof Number ? cells[i].toString() : quoted(cells[i].toString()));
    }
    out.write("\r\n");
  }

  private static String quoted(String text) {
    String safe =
        !text.isEmpty() && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    boolean plain = safe.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? safe : '"' + safe.replace("\"", "\"\"") + '"';
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
