package weir.pipeline;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a component said, once decoded.
sealed interface ComponentValue {

  /// Writes it as a JSON value.
  void write(JsonBytes out);

  record Truth(boolean value) implements ComponentValue {
    @Override
    public void write(JsonBytes out) {
      out.plain(value ? "true" : "false");
    }
  }

  record Truths(Map<String, Boolean> values) implements ComponentValue {

    public Truths {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    @Override
    public void write(JsonBytes out) {
      char before = '{';
      for (Map.Entry<String, Boolean> entry : values.entrySet()) {
        out.put(before).quoted(entry.getKey()).put(':');
        out.plain(entry.getValue() ? "true" : "false");
        before = ',';
      }
      out.put('}');
    }
  }

  record Amount(double value) implements ComponentValue {
    @Override
    public void write(JsonBytes out) {
      out.plain(Double.toString(value));
    }
  }

  record Text(String value) implements ComponentValue {
    @Override
    public void write(JsonBytes out) {
      out.quoted(value);
    }
  }
}
