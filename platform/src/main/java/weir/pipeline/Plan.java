package weir.pipeline;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.pipeline.Dialect.Form;
import weir.pipeline.Dialect.Undeclared;

/// What a dialect says about each field, as a tree along the levels of a message. Below groups
/// the tree grows with the names that are seen, up to a limit, so that the names of metrics
/// are made once and not per message. Owned by one thread.
final class Plan {

  private static final int LEARNED_MAX = 4096;

  /// What a field is to the reader.
  enum Role {
    KEEP,
    LEVEL,
    EVENT_ID,
    DEVICE,
    TYPE,
    KIND,
    TIME,
    MODEL,
    READING,
    UNDECLARED,
    GROUP,
    CHANNELS,
    CAPTURE
  }

  /// One field, known by its path.
  static final class Node {
    final Role role;
    final String metric;
    @Nullable String unit;
    @Nullable Form form;
    boolean required;

    /// Whether the head of the event's JSON takes the name, and how the field is called then.
    Head head = Head.FREE;

    private final Map<String, Node> children = new HashMap<>();

    Node(Role role, String metric) {
      this.role = role;
      this.metric = metric;
    }
  }

  /// How a top-level field stands to the names that Weir writes itself.
  enum Head {
    /// Copied as it is.
    FREE,
    /// Said by the head already.
    SAID,
    /// Another thing under a taken name: copied with `original_` before its name.
    TAKEN
  }

  /// The names that Weir writes at the top level of an enriched event.
  static final Set<String> TAKEN =
      Set.of(
          "event_id",
          "device_id",
          "device_type",
          "family",
          "event_type",
          "timestamp",
          "received_at",
          "device_metadata",
          "measurement_metadata",
          "application_registry",
          "enrichment_info",
          "data_quality");

  final Node top = new Node(Role.LEVEL, "");
  private final Dialect dialect;
  private final Role otherwise;
  private int learned;

  Plan(Dialect dialect) {
    this.dialect = dialect;
    this.otherwise =
        dialect.decoder() == Dialect.Style.COMPONENT
            ? Role.CAPTURE
            : dialect.undeclared() == Undeclared.READINGS ? Role.UNDECLARED : Role.KEEP;
    declare("event_id", new Node(Role.EVENT_ID, ""));
    declare(dialect.roles().device(), new Node(Role.DEVICE, ""));
    declare(dialect.roles().type(), new Node(Role.TYPE, ""));
    declare(dialect.roles().kind(), new Node(Role.KIND, ""));
    declare(dialect.roles().time(), new Node(Role.TIME, ""));
    declare(dialect.roles().model(), new Node(Role.MODEL, ""));
    dialect.readings().forEach(this::declareReading);
    dialect.groups().forEach((name, group) -> declare(name, new Node(Role.GROUP, group.prefix())));
    dialect.channels().ifPresent(this::declareChannels);
    dialect.ignored().forEach(name -> declare(name, new Node(Role.KEEP, "")));
    dialect.required().forEach(this::require);
    TAKEN.forEach(name -> child(top, name).head = Head.TAKEN);
    said("event_id", "event_id");
    said(dialect.roles().device(), "device_id");
    said(dialect.roles().type(), "device_type");
    said(dialect.roles().kind(), "event_type");
    said(dialect.roles().time(), "timestamp");
  }

  private void said(String field, String head) {
    if (field.equals(head)) {
      child(top, field).head = Head.SAID;
    }
  }

  private void declareReading(String name, Dialect.Field field) {
    Node node = new Node(Role.READING, field.metric());
    node.unit = field.unit();
    node.form = field.form();
    declare(name, node);
  }

  private void declareChannels(Dialect.Channels channels) {
    declare(channels.field(), new Node(Role.CHANNELS, channels.prefix()));
  }

  private void require(String name) {
    Node node = top.children.get(name);
    if (node == null) {
      node = new Node(Role.KEEP, "");
      declare(name, node);
    }
    node.required = true;
  }

  /// Puts a field where its name says: a `/` goes one level down. An empty name is not there.
  private void declare(String name, Node node) {
    if (name.isEmpty()) {
      return;
    }
    Node level = top;
    String rest = name;
    for (int slash = rest.indexOf('/'); slash > 0; slash = rest.indexOf('/')) {
      level = level.children.computeIfAbsent(rest.substring(0, slash), Plan::level);
      rest = rest.substring(slash + 1);
    }
    level.children.put(rest, node);
  }

  private static Node level(String name) {
    return new Node(Role.LEVEL, "");
  }

  /// What the dialect says about a field at a declared level.
  Node child(Node level, String name) {
    Node child = level.children.get(name);
    return child != null ? child : learn(level, name, level == top ? otherwise : Role.KEEP, name);
  }

  /// A field below a group or a channel: its metric is the path from there.
  Node below(Node group, String name) {
    Node child = group.children.get(name);
    if (child != null) {
      return child;
    }
    String metric =
        name.equals("value") && !group.metric.isEmpty()
            ? group.metric
            : group.metric.isEmpty() ? name : group.metric + "." + name;
    return learn(group, name, group.role, metric);
  }

  private Node learn(Node parent, String name, Role role, String metric) {
    Node child = new Node(role, metric);
    child.unit = unitOf(role, metric);
    if (learned < LEARNED_MAX) {
      learned++;
      parent.children.put(name, child);
    }
    return child;
  }

  private @Nullable String unitOf(Role role, String metric) {
    if (role == Role.GROUP) {
      for (Dialect.Group group : dialect.groups().values()) {
        String unit = group.units().get(metric);
        if (unit != null) {
          return unit;
        }
      }
    }
    return role == Role.CHANNELS ? unitOfChannel(metric) : null;
  }

  /// The unit declared for the longest beginning of the channel's name.
  private @Nullable String unitOfChannel(String metric) {
    Dialect.Channels channels = dialect.channels().orElseThrow();
    String channel = metric.substring(Math.min(metric.length(), channels.prefix().length() + 1));
    String found = null;
    int length = 0;
    for (Map.Entry<String, String> unit : channels.units().entrySet()) {
      if (channel.startsWith(unit.getKey()) && unit.getKey().length() > length) {
        found = unit.getValue();
        length = unit.getKey().length();
      }
    }
    return found;
  }
}
