package weir.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import weir.pipeline.Draft.Slot;
import weir.pipeline.Plan.Node;

/// Collects the items of a list of channels: each names itself, its time and its values, in any
/// order. Owned by one thread.
final class ChannelReader {

  private record Value(String suffix, double number) {}

  private final Dialect.Channels declared;
  private final Plan plan;
  private final Node node;
  private final Draft draft;
  private final List<Value> values = new ArrayList<>();
  private String place = "";
  private @Nullable String name;
  private OptionalLong time = OptionalLong.empty();

  ChannelReader(Dialect.Channels declared, Plan plan, Node node, Draft draft) {
    this.declared = declared;
    this.plan = plan;
    this.node = node;
    this.draft = draft;
  }

  void start(String itemPlace) {
    place = itemPlace;
    name = null;
    time = OptionalLong.empty();
    values.clear();
  }

  boolean isName(String field) {
    return field.equals(declared.name());
  }

  boolean isTime(String field) {
    return field.equals(declared.time());
  }

  boolean isValue(String field) {
    return declared.values().containsKey(field);
  }

  void name(String given) {
    name = given;
  }

  void time(OptionalLong micros) {
    time = micros;
  }

  void value(String field, double number) {
    values.add(new Value(declared.values().getOrDefault(field, ""), number));
  }

  void finish() throws RejectedException {
    String channel = name;
    if (channel == null) {
      throw RejectedException.invalid(place + "." + declared.name(), "must name the channel");
    }
    if (channel.length() > 96) {
      throw RejectedException.invalid(
          place + "." + declared.name(), "is longer than 96 characters");
    }
    int first = draft.count();
    Node channelNode = plan.below(node, channel);
    for (Value value : values) {
      Node metric = value.suffix.isEmpty() ? channelNode : plan.below(channelNode, value.suffix);
      draft.add(metric.metric, Slot.NUMBER, value.number, null, metric.unit);
    }
    if (time.isPresent()) {
      draft.timeFrom(first, time.getAsLong());
    } else {
      draft.incomplete();
    }
  }
}
