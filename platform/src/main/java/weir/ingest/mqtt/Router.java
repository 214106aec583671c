package weir.ingest.mqtt;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import weir.ingest.mqtt.packet.Message;

/// Brings messages to the sessions that subscribed. Called by any thread; never blocks.
final class Router {

  private final SubscriptionTree tree;
  private final InstantSource clock;

  Router(SubscriptionTree tree, InstantSource clock) {
    this.tree = tree;
    this.clock = clock;
  }

  Matches match(String topic) {
    return tree.match(topic);
  }

  /// Changes whenever [#match] may answer differently.
  int version() {
    return tree.version();
  }

  /// @param from the publisher's session, for subscriptions that leave out their own messages
  void deliver(Message message, @Nullable Session from) {
    deliver(message, tree.match(message.topic().text()), from);
  }

  void deliver(Message message, Matches matches, @Nullable Session from) {
    deliver(message, matches, from, null);
  }

  /// Delivers a message of the platform's own.
  ///
  /// @return completes when all sessions have let go of it: whether their clients have it
  CompletableFuture<Boolean> deliverAndFollow(Message message) {
    Receipt receipt = new Receipt();
    deliver(message, tree.match(message.topic().text()), null, receipt);
    return receipt.offered();
  }

  private void deliver(
      Message message, Matches matches, @Nullable Session from, @Nullable Receipt receipt) {
    for (List<Subscription> subscriptions : matches.bySession()) {
      deliverOnce(message, subscriptions, from, receipt);
    }
    for (SharedGroup group : matches.groups()) {
      Subscription member = group.pick();
      if (member != null) {
        deliverOnce(message, List.of(member), from, receipt);
      }
    }
  }

  /// One copy for all subscriptions of a session that match: with the highest QoS among them and
  /// the identifiers of all (section 3.3.4).
  private void deliverOnce(
      Message message,
      List<Subscription> subscriptions,
      @Nullable Session from,
      @Nullable Receipt receipt) {
    int qos = -1;
    boolean retain = false;
    List<Integer> ids = List.of();
    Session session = subscriptions.getFirst().session();
    for (Subscription subscription : subscriptions) {
      if (session == from && subscription.options().noLocal()) {
        continue;
      }
      qos = Math.max(qos, Math.min(subscription.qos(), message.qos()));
      retain |= message.retain() && subscription.options().retainAsPublished();
      ids = plus(ids, subscription.id());
    }
    if (qos >= 0) {
      long expiresAt = RetainedMessages.expiresAtMillis(message, clock.millis());
      session.offer(new QueuedMessage(message, qos, retain, expiresAt, ids, receipt));
    }
  }

  private static List<Integer> plus(List<Integer> ids, int id) {
    if (id == 0) {
      return ids;
    }
    List<Integer> more = new ArrayList<>(ids);
    more.add(id);
    return List.copyOf(more);
  }
}
