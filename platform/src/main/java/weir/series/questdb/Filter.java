package weir.series.questdb;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.series.EventQuery;
import weir.series.Micros;

/// The conditions of a query. Texts and ids are bound; numbers are written out, because QuestDB
/// prunes partitions by literal times only.
final class Filter {

  private final StringBuilder where = new StringBuilder();
  private final List<Object> values = new ArrayList<>();

  static Filter of(EventQuery query) {
    Filter filter = new Filter();
    filter.text("device = ", query.device() == null ? null : query.device().value());
    filter.text("type = ", query.type());
    filter.text("kind = ", query.kind());
    filter.text("family = ", query.family());
    if (query.from() != null) {
      filter.number("ts >= ", Micros.of(query.from()));
    }
    if (query.to() != null) {
      filter.number("ts < ", Micros.of(query.to()));
    }
    return filter;
  }

  Filter copy() {
    Filter copy = new Filter();
    copy.where.append(where);
    copy.values.addAll(values);
    return copy;
  }

  /// Leaves the condition out when there is no value.
  void text(String condition, @Nullable String value) {
    if (value != null) {
      value(condition, value);
    }
  }

  Filter value(String condition, Object value) {
    values.add(value);
    and().append(condition).append('$').append(values.size());
    return this;
  }

  Filter number(String condition, long value) {
    and().append(condition).append(value);
    return this;
  }

  Filter isNotEmpty(String column) {
    and().append(column).append(" <> ''");
    return this;
  }

  /// One of these numbers or quoted ids.
  Filter among(String column, List<?> literals) {
    and().append(column).append(" in (");
    for (int i = 0; i < literals.size(); i++) {
      where.append(i == 0 ? "" : ",").append(literals.get(i));
    }
    where.append(')');
    return this;
  }

  private StringBuilder and() {
    return where.append(where.isEmpty() ? " where " : " and ");
  }

  String where() {
    return where.toString();
  }

  List<Object> values() {
    return List.copyOf(values);
  }
}
