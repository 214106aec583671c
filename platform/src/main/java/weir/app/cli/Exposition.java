package weir.app.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// The figures of `/metrics`, read back.
///
/// @param samples values by name and labels, as in `weir_lanes{state="due"}`
public record Exposition(Map<String, Double> samples) {

  public static Exposition parse(String text) {
    Map<String, Double> samples = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      int blank = line.lastIndexOf(' ');
      if (!line.startsWith("#") && blank > 0) {
        samples.put(line.substring(0, blank), number(line.substring(blank + 1)));
      }
    }
    return new Exposition(samples);
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  /// The sum over all labels.
  public double sum(String name) {
    return by(name, "").values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /// The sums by the values of one label.
  public Map<String, Double> by(String name, String label) {
    Map<String, Double> sums = new TreeMap<>();
    samples.forEach(
        (key, value) -> {
          if (key.equals(name) || key.startsWith(name + "{")) {
            sums.merge(label(key, label), value, Double::sum);
          }
        });
    return sums;
  }

  private static String label(String key, String name) {
    int start = key.indexOf(name + "=\"");
    if (name.isEmpty() || start < 0) {
      return "";
    }
    int from = start + name.length() + 2;
    return key.substring(from, key.indexOf('"', from));
  }
}
