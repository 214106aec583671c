package weir.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// A partial change of a JSON object (RFC 7396): what is not named stays, null removes.
final class MergePatch {

  private MergePatch() {}

  /// Changes the target and returns it.
  static ObjectNode apply(ObjectNode target, ObjectNode patch) {
    patch
        .properties()
        .forEach(
            change -> {
              JsonNode value = change.getValue();
              if (value.isNull()) {
                target.remove(change.getKey());
              } else if (value instanceof ObjectNode object) {
                ObjectNode inner =
                    target.get(change.getKey()) instanceof ObjectNode existing
                        ? existing
                        : target.objectNode();
                target.set(change.getKey(), apply(inner, object));
              } else {
                target.set(change.getKey(), value);
              }
            });
    return target;
  }
}
