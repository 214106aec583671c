package weir.ingest.broker;

import java.util.List;

/// MQTT filters, compared with each other.
final class Filters {

  private static final String ANY = "+";
  private static final String REST = "#";

  private Filters() {}

  /// The filters that no other one covers: a message comes once for each subscription that matches,
  /// so none may lie within another.
  static List<String> widest(List<String> filters) {
    List<String> distinct = filters.stream().distinct().toList();
    return distinct.stream()
        .filter(one -> distinct.stream().noneMatch(o -> !o.equals(one) && covers(o, one)))
        .toList();
  }

  /// Whether every topic that the narrow filter matches is matched by the wide one too.
  static boolean covers(String wide, String narrow) {
    String[] outer = wide.split("/", -1);
    String[] inner = narrow.split("/", -1);
    for (int i = 0; i < outer.length; i++) {
      if (outer[i].equals(REST)) {
        return true;
      }
      if (i >= inner.length
          || inner[i].equals(REST)
          || !(outer[i].equals(ANY) || outer[i].equals(inner[i]))) {
        return false;
      }
    }
    return outer.length == inner.length;
  }
}
