package weir.ingest.mqtt;

import java.util.List;

/// The subscriptions that match a topic.
///
/// @param bySession the matching subscriptions of each session: it gets one copy for all of them
/// @param groups one member of each gets a copy
record Matches(List<List<Subscription>> bySession, List<SharedGroup> groups) {

  static final Matches NONE = new Matches(List.of(), List.of());

  Matches {
    bySession = List.copyOf(bySession);
    groups = List.copyOf(groups);
  }

  boolean isEmpty() {
    return bySession.isEmpty() && groups.isEmpty();
  }
}
