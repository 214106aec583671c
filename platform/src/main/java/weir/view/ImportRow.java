package weir.view;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// One row of a bulk import: a device to be checked, or why it could not even be read.
sealed interface ImportRow {

  /// The line that the row starts on, from 1.
  long line();

  record Legible(long line, ObjectNode device) implements ImportRow {}

  record Illegible(long line, String reason) implements ImportRow {}
}
