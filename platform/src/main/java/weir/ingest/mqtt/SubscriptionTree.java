package weir.ingest.mqtt;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// All subscriptions, by the levels of their filters. Matched by any thread without a lock; changed
/// under one.
final class SubscriptionTree {

  private static final String ONE_LEVEL = "+";
  private static final String ALL_LEVELS = "#";

  /// Filters that have the same levels up to here. Changed under the tree's lock.
  private static final class Node {
    private final Map<String, Node> children = new ConcurrentHashMap<>(2);
    private volatile List<Subscription> subscriptions = List.of();
    private volatile List<SharedGroup> groups = List.of();

    boolean isEmpty() {
      return children.isEmpty() && subscriptions.isEmpty() && groups.isEmpty();
    }

    @Nullable SharedGroup group(String name) {
      for (SharedGroup group : groups) {
        if (group.name().equals(name)) {
          return group;
        }
      }
      return null;
    }
  }

  private final Node root = new Node();
  private volatile int version;

  /// Changes whenever a match may have changed.
  int version() {
    return version;
  }

  /// Adds a subscription, in the place of the session's earlier one with that filter.
  synchronized void put(Subscription subscription) {
    Node node = root;
    for (String level : subscription.filter().levels()) {
      node = node.children.computeIfAbsent(level, name -> new Node());
    }
    String name = subscription.filter().group();
    if (name == null) {
      List<Subscription> changed = without(node.subscriptions, subscription.session());
      changed.add(subscription);
      node.subscriptions = List.copyOf(changed);
    } else {
      groupOf(node, name).put(subscription);
    }
    changed();
  }

  private static SharedGroup groupOf(Node node, String name) {
    SharedGroup known = node.group(name);
    if (known != null) {
      return known;
    }
    SharedGroup group = new SharedGroup(name);
    List<SharedGroup> changed = new ArrayList<>(node.groups);
    changed.add(group);
    node.groups = List.copyOf(changed);
    return group;
  }

  /// Removes a session's subscription and what is empty without it.
  synchronized void remove(Session session, TopicFilter filter) {
    remove(root, session, filter, 0);
    changed();
  }

  private void remove(Node node, Session session, TopicFilter filter, int depth) {
    if (depth < filter.levels().size()) {
      String level = filter.levels().get(depth);
      Node child = node.children.get(level);
      if (child != null) {
        remove(child, session, filter, depth + 1);
        if (child.isEmpty()) {
          node.children.remove(level);
        }
      }
    } else if (filter.group() == null) {
      node.subscriptions = List.copyOf(without(node.subscriptions, session));
    } else {
      leave(node, session, filter.group());
    }
  }

  private static void leave(Node node, Session session, String name) {
    SharedGroup group = node.group(name);
    if (group != null) {
      group.remove(session);
      if (group.isEmpty()) {
        node.groups = node.groups.stream().filter(other -> other != group).toList();
      }
    }
  }

  private static List<Subscription> without(List<Subscription> all, Session session) {
    List<Subscription> others = new ArrayList<>(all);
    others.removeIf(subscription -> subscription.session() == session);
    return others;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // Every caller holds the lock; readers only compare.
  private void changed() {
    version++;
  }

  /// Who gets a message on this topic.
  Matches match(String topic) {
    if (root.children.isEmpty()) {
      return Matches.NONE;
    }
    Collector found = new Collector(TopicFilter.levelsOf(topic), topic.startsWith("$"));
    found.visit(root, 0);
    return found.matches();
  }

  private static final class Collector {
    private final List<String> levels;
    private final boolean isSystem;
    private final IdentityHashMap<Session, List<Subscription>> bySession = new IdentityHashMap<>();
    private final List<SharedGroup> groups = new ArrayList<>();

    Collector(List<String> levels, boolean isSystem) {
      this.levels = levels;
      this.isSystem = isSystem;
    }

    void visit(Node node, int depth) {
      boolean wildcards = depth > 0 || !isSystem;
      Node all = wildcards ? node.children.get(ALL_LEVELS) : null;
      if (all != null) {
        take(all);
      }
      if (depth == levels.size()) {
        take(node);
        return;
      }
      Node exact = node.children.get(levels.get(depth));
      if (exact != null) {
        visit(exact, depth + 1);
      }
      Node any = wildcards ? node.children.get(ONE_LEVEL) : null;
      if (any != null) {
        visit(any, depth + 1);
      }
    }

    private void take(Node node) {
      for (Subscription subscription : node.subscriptions) {
        bySession
            .computeIfAbsent(subscription.session(), session -> new ArrayList<>(1))
            .add(subscription);
      }
      groups.addAll(node.groups);
    }

    Matches matches() {
      if (bySession.isEmpty() && groups.isEmpty()) {
        return Matches.NONE;
      }
      return new Matches(List.copyOf(bySession.values()), groups);
    }
  }
}
