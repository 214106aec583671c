package weir.ingest.mqtt;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The members of a shared subscription: each message goes to one of them, in turn. Members change
/// under the tree's lock; picked by any thread.
final class SharedGroup {

  private final String name;
  private final AtomicInteger turn = new AtomicInteger();
  private volatile List<Subscription> members = List.of();

  SharedGroup(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  void put(Subscription subscription) {
    List<Subscription> changed = new ArrayList<>(members);
    changed.removeIf(member -> member.session() == subscription.session());
    changed.add(subscription);
    members = List.copyOf(changed);
  }

  void remove(Session session) {
    members = members.stream().filter(member -> member.session() != session).toList();
  }

  /// The next member that can take a message now, else the next one that can keep it.
  @Nullable Subscription pick() {
    List<Subscription> current = members;
    if (current.isEmpty()) {
      return null;
    }
    int start = Math.floorMod(turn.getAndIncrement(), current.size());
    for (int i = 0; i < current.size(); i++) {
      Subscription member = current.get((start + i) % current.size());
      if (member.session().isReady()) {
        return member;
      }
    }
    return current.get(start);
  }
}
