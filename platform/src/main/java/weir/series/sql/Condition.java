package weir.series.sql;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What rows must be, as SQL with the values beside it.
final class Condition {

  private final List<String> terms = new ArrayList<>();
  private final List<Object> values = new ArrayList<>();

  Condition add(String term, Object... its) {
    terms.add(term);
    values.addAll(Arrays.asList(its));
    return this;
  }

  /// Leaves the term out when there is no value.
  void addIf(String term, @Nullable Object value) {
    if (value != null) {
      add(term, value);
    }
  }

  /// The column is one of the values, of which there is at least one.
  Condition among(String column, List<?> its) {
    String marks = String.join(", ", Collections.nCopies(its.size(), "?"));
    return add(column + " IN (" + marks + ")", its.toArray());
  }

  String where() {
    return terms.isEmpty() ? "" : " WHERE " + String.join(" AND ", terms);
  }

  Object[] values() {
    return values.toArray();
  }
}
