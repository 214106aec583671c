package weir.pipeline;

import java.util.List;
import java.util.Set;

/// How the type of a device is found when neither the message nor the registry says it: the
/// first rule that holds, else the family's default.
record TypeRules(String standard, List<Rule> rules) {

  /// Holds when every condition that it states holds.
  ///
  /// @param all metrics, or groups of metrics, that must all be there; empty states nothing
  /// @param any of which one must be there; empty states nothing
  /// @param kind of the message; empty states nothing
  /// @param idContains a part of the device id; empty states nothing
  record Rule(String type, Set<String> all, Set<String> any, String kind, String idContains) {

    boolean holds(String device, Draft draft) {
      return (kind.isEmpty() || kind.equals(draft.kind()))
          && (idContains.isEmpty() || device.contains(idContains))
          && all.stream().allMatch(draft::hasMetric)
          && (any.isEmpty() || any.stream().anyMatch(draft::hasMetric));
    }
  }

  String infer(String device, Draft draft) {
    for (Rule rule : rules) {
      if (rule.holds(device, draft)) {
        return rule.type;
      }
    }
    return standard;
  }
}
