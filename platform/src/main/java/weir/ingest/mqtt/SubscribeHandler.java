package weir.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.ingest.mqtt.packet.ReasonCode;
import weir.ingest.mqtt.packet.Subscribe;
import weir.ingest.mqtt.packet.Subscribe.Request;
import weir.ingest.mqtt.packet.Subscribe.RetainHandling;

/// SUBSCRIBE (section 3.8): each filter is granted or refused on its own; then come the retained
/// messages that match.
final class SubscribeHandler {

  private final SubscriptionTree tree;
  private final RetainedMessages retained;
  private final Counters counters;
  private final int filterBytesMax;

  SubscribeHandler(
      SubscriptionTree tree, RetainedMessages retained, Counters counters, int filterBytesMax) {
    this.tree = tree;
    this.retained = retained;
    this.counters = counters;
    this.filterBytesMax = filterBytesMax;
  }

  void handle(Connection connection, Stage.Active active, ByteBuf in) {
    Subscribe packet = Subscribe.read(in, connection.version());
    List<ReasonCode> answers = new ArrayList<>();
    List<QueuedMessage> due = new ArrayList<>();
    for (Request request : packet.requests()) {
      answers.add(subscribe(active, request, packet.subscriptionId(), due));
    }
    connection.writer().subAck(connection.output(), packet.packetId(), answers);
    if (!due.isEmpty()) {
      active.session().offerRetained(due);
    }
  }

  private ReasonCode subscribe(
      Stage.Active active, Request request, int id, List<QueuedMessage> due) {
    Optional<TopicFilter> filter = TopicFilter.parse(request.filter());
    ReasonCode refusal = refusal(active, request, filter.orElse(null));
    if (refusal != null || filter.isEmpty()) {
      counters.subscribeRefusals.increment();
      return refusal == null ? ReasonCode.TOPIC_FILTER_INVALID : refusal;
    }
    Subscription subscription = new Subscription(active.session(), filter.get(), request, id);
    boolean known = active.session().put(subscription) != null;
    tree.put(subscription);
    if (wantsRetained(subscription, known)) {
      collect(subscription, due);
    }
    return subscription.qos() == 1 ? ReasonCode.GRANTED_QOS_1 : ReasonCode.SUCCESS;
  }

  private @Nullable ReasonCode refusal(
      Stage.Active active, Request request, @Nullable TopicFilter filter) {
    if (filter == null || request.filter().length() > filterBytesMax) {
      return ReasonCode.TOPIC_FILTER_INVALID;
    }
    if (!active.permission().maySubscribe(filter)) {
      return ReasonCode.NOT_AUTHORIZED;
    }
    return active.session().isFull(request.filter()) ? ReasonCode.QUOTA_EXCEEDED : null;
  }

  /// Shared subscriptions get no retained messages (section 4.8.2).
  private static boolean wantsRetained(Subscription subscription, boolean known) {
    RetainHandling handling = subscription.options().retainHandling();
    return !subscription.filter().isShared()
        && (handling == RetainHandling.ALWAYS || (handling == RetainHandling.IF_NEW && !known));
  }

  private void collect(Subscription subscription, List<QueuedMessage> due) {
    List<Integer> ids = subscription.id() == 0 ? List.of() : List.of(subscription.id());
    for (RetainedMessages.Kept kept : retained.matching(subscription.filter())) {
      int qos = Math.min(subscription.qos(), kept.message().qos());
      due.add(new QueuedMessage(kept.message(), qos, true, kept.expiresAtMillis(), ids));
    }
  }
}
