package weir.view.topic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import weir.log.Partition;

/// A place in a topic as a text: `partition:offset`, separated by commas.
public final class Cursor {

  private Cursor() {}

  public static String text(Map<Partition, Long> offsets) {
    List<String> parts = new ArrayList<>();
    new TreeMap<>(offsets)
        .forEach((partition, offset) -> parts.add(partition.number() + ":" + offset));
    return String.join(",", parts);
  }

  /// Offsets by number of the partition; none for an empty text, empty when it is no place.
  public static Optional<Map<Integer, Long>> parse(String text) {
    Map<Integer, Long> offsets = new TreeMap<>();
    try {
      for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
        String[] sides = part.split(":", 2);
        offsets.put(Integer.parseInt(sides[0]), Long.parseLong(sides[1]));
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException wrong) {
      return Optional.empty();
    }
    return Optional.of(offsets);
  }
}
