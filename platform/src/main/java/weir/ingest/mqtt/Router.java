package weir.ingest.mqtt;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
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
    deliver(message, matches, from, all -> null);
  }

  /// Delivers a message of the platform's own.
  ///
  /// @return completes when all sessions of the audience have let go of it: whether somebody of
  ///     them got it, and nobody lost it
  CompletableFuture<Boolean> deliverAndFollow(Message message, Audience audience) {
    Receipt receipt = new Receipt();
    Matches matches = tree.match(message.topic().text());
    deliver(message, matches, null, some -> isMeant(some, audience) ? receipt : null);
    return receipt.offered();
  }

  /// Whether these subscriptions of one session make its client one of the audience.
  static boolean isMeant(List<Subscription> subscriptions, Audience audience) {
    return subscriptions.stream()
        .anyMatch(one -> audience.includes(one.session().key().clientId(), one.filter().pattern()));
  }

  /// @param receipts who is to be told what becomes of the copy for these subscriptions
  private void deliver(
      Message message,
      Matches matches,
      @Nullable Session from,
      Function<List<Subscription>, @Nullable Receipt> receipts) {
    for (List<Subscription> subscriptions : matches.bySession()) {
      deliverOnce(message, subscriptions, from, receipts.apply(subscriptions));
    }
    for (SharedGroup group : matches.groups()) {
      Subscription member = group.pick();
      if (member != null) {
        List<Subscription> one = List.of(member);
        deliverOnce(message, one, from, receipts.apply(one));
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
