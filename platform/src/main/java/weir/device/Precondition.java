package weir.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/// Which versions a change may be applied to; none named means any.
public record Precondition(Set<Long> versions) {

  public static final Precondition NONE = new Precondition(Set.of());

  /// A version that nothing has.
  private static final long NO_VERSION = -1;

  public Precondition {
    versions = Set.copyOf(versions);
  }

  public boolean admits(long version) {
    return versions.isEmpty() || versions.contains(version);
  }

  /// This and, when the patch names the version that it was made from, that version.
  Precondition and(ObjectNode patch) {
    JsonNode version = patch.path("version");
    if (version.isMissingNode() || version.isNull()) {
      return this;
    }
    long named = version.isIntegralNumber() ? version.longValue() : NO_VERSION;
    return new Precondition(Set.of(admits(named) ? named : NO_VERSION));
  }
}
