package weir.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import weir.event.ProblemException;

/// Rows of comma-separated values as in RFC 4180, behind a line that names the columns: the fields
/// of a device, and `metadata.` with a key. An empty cell is a field that is not named. Metadata
/// that reads as a number, `true` or `false` is one.
final class CsvRows implements ImportRows {

  private static final Set<String> FIELDS =
      Set.of(
          "id",
          "type",
          "name",
          "model",
          "location",
          "description",
          "owner",
          "enabled",
          "firmware_version",
          "base_power",
          "base_voltage");
  /// Columns that hold numbers or flags.
  private static final Set<String> TYPED = Set.of("enabled", "base_power", "base_voltage");

  private static final String METADATA = "metadata.";
  private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]{0,14})(\\.[0-9]{1,15})?");
  private static final int COLUMNS_MAX = 200;

  private final LineReader lines;
  private final List<String> columns;

  /// Reads the names of the columns; ends the request when they are wrong.
  CsvRows(LineReader lines) throws IOException {
    this.lines = lines;
    LineReader.Line header = lines.next();
    List<String> names =
        header == null || header.text() == null ? null : cells(header.text().replace("\uFEFF", ""));
    if (names == null || names.size() > COLUMNS_MAX) {
      throw ProblemException.invalid("", "the first line must name the columns");
    }
    columns = names.stream().map(String::strip).toList();
    checkColumns();
  }

  private void checkColumns() {
    for (String column : columns) {
      if (!FIELDS.contains(column) && !column.matches("metadata\\..+")) {
        throw ProblemException.invalid(column, "is not a known column");
      }
    }
    if (!columns.contains("id") || new HashSet<>(columns).size() < columns.size()) {
      throw ProblemException.invalid("id", "must be a column, and no column may come twice");
    }
  }

  @Override
  public @Nullable ImportRow next() throws IOException {
    LineReader.Line line = lines.next();
    while (line != null && line.text() != null && line.text().isBlank()) {
      line = lines.next();
    }
    if (line == null) {
      return null;
    }
    String record = wholeRecord(line);
    if (record == null) {
      return new ImportRow.Illegible(line.number(), TOO_LONG + ", or a quote is not closed");
    }
    List<String> cells = cells(record);
    if (cells == null) {
      return new ImportRow.Illegible(line.number(), "has a quote where none may be");
    }
    if (cells.size() != columns.size()) {
      return new ImportRow.Illegible(
          line.number(), "has " + cells.size() + " cells, not " + columns.size());
    }
    return new ImportRow.Legible(line.number(), device(cells));
  }

  /// The line, with those that follow while a quote is open; null when that does not end well.
  private @Nullable String wholeRecord(LineReader.Line first) throws IOException {
    String text = first.text();
    if (text == null || !isOpen(text)) {
      return text;
    }
    StringBuilder record = new StringBuilder(text);
    while (isOpen(record)) {
      LineReader.Line more = lines.next();
      if (more == null || more.text() == null) {
        return null;
      }
      record.append('\n').append(more.text());
      if (record.length() > LineReader.LINE_BYTES_MAX) {
        return null;
      }
    }
    return record.toString();
  }

  /// An odd number of quotes leaves one open, because a quote inside of quotes is doubled.
  private static boolean isOpen(CharSequence text) {
    return text.chars().filter(c -> c == '"').count() % 2 == 1;
  }

  /// Splits a record; null when a quote is not at the edge of a cell.
  private static @Nullable List<String> cells(String record) {
    List<String> cells = new ArrayList<>();
    int at = 0;
    while (true) {
      StringBuilder cell = new StringBuilder();
      if (at < record.length() && record.charAt(at) == '"') {
        at = quoted(record, at + 1, cell);
      } else {
        at = plain(record, at, cell);
      }
      if (at < 0) {
        return null;
      }
      cells.add(cell.toString());
      if (at == record.length()) {
        return cells;
      }
      at++;
    }
  }

  /// Reads up to the closing quote and returns the place of the comma or the end; -1 for neither.
  private static int quoted(String record, int from, StringBuilder cell) {
    int at = from;
    while (at < record.length()) {
      char c = record.charAt(at++);
      boolean doubled = c == '"' && at < record.length() && record.charAt(at) == '"';
      if (c == '"' && !doubled) {
        return at == record.length() || record.charAt(at) == ',' ? at : -1;
      }
      cell.append(c);
      at += doubled ? 1 : 0;
    }
    return -1;
  }

  private static int plain(String record, int from, StringBuilder cell) {
    int comma = record.indexOf(',', from);
    int end = comma < 0 ? record.length() : comma;
    cell.append(record, from, end);
    return cell.indexOf("\"") < 0 ? end : -1;
  }

  private ObjectNode device(List<String> cells) {
    ObjectNode device = JsonBody.JSON.createObjectNode();
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i).strip();
      String column = columns.get(i);
      if (cell.isEmpty()) {
        continue;
      }
      if (column.startsWith(METADATA)) {
        put(device.withObjectProperty("metadata"), column.substring(METADATA.length()), cell);
      } else if (TYPED.contains(column)) {
        put(device, column, cell);
      } else {
        device.put(column, cell);
      }
    }
    return device;
  }

  private static void put(ObjectNode node, String field, String cell) {
    if (cell.equals("true") || cell.equals("false")) {
      node.put(field, cell.equals("true"));
    } else if (!NUMBER.matcher(cell).matches()) {
      node.put(field, cell);
    } else if (cell.indexOf('.') < 0) {
      node.put(field, Long.parseLong(cell));
    } else {
      node.put(field, Double.parseDouble(cell));
    }
  }
}
