package weir.ingest.mqtt;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import weir.ingest.mqtt.Receipt.Fate;
import weir.ingest.mqtt.packet.Message;
import weir.ingest.mqtt.packet.PacketWriter.Delivery;

/// What outlives a connection (section 4.1): subscriptions, and messages that were not delivered or
/// not acknowledged. Lives in the memory of this process.
///
/// Guarded by its own lock, held shortly: publishers on any loop offer messages, the loop of the
/// connection takes them.
final class Session {

  /// Sends a delivery to the client; false when it must wait until the socket takes more.
  interface Outlet {
    boolean isWritable();

    void send(Message message, Delivery delivery);
  }

  private static final int PACKET_ID_MAX = 65_535;

  private final SessionKey key;
  private final SessionLimits limits;
  private final InstantSource clock;
  private final Map<String, Subscription> subscriptions = new HashMap<>();
  private final Deque<QueuedMessage> queue = new ArrayDeque<>();
  private final Map<Integer, QueuedMessage> inFlight = new LinkedHashMap<>();

  /// Those in flight that this connection did not carry yet.
  private final Deque<Integer> unsent = new ArrayDeque<>();

  private long queuedBytes;
  private int lastPacketId;
  private int window;
  private boolean ended;
  private @Nullable Connection connection;

  Session(SessionKey key, SessionLimits limits, InstantSource clock) {
    this.key = key;
    this.limits = limits;
    this.clock = clock;
  }

  SessionKey key() {
    return key;
  }

  /// Puts a connection in charge; answers the one that was.
  synchronized @Nullable Connection attach(Connection next, int receiveMax) {
    Connection before = connection;
    connection = next;
    window = Math.min(receiveMax, limits.inFlightMax());
    return before;
  }

  /// Takes the connection away if it still is in charge. Messages of QoS 0 go with it.
  synchronized boolean detach(Connection gone) {
    if (connection != gone) {
      return false;
    }
    connection = null;
    queue.removeIf(queued -> queued.qos() == 0 && giveBack(queued, Fate.LOST));
    return true;
  }

  synchronized boolean isAttachedTo(Connection candidate) {
    return connection == candidate;
  }

  /// Whether a message would be sent at once.
  synchronized boolean isReady() {
    return connection != null && inFlight.size() < window && queue.isEmpty();
  }

  synchronized boolean isConnected() {
    return connection != null;
  }

  /// Whether less than half of the queue is full. One that is away has time.
  synchronized boolean isKeepingUp() {
    return connection == null
        || (queue.size() < limits.queueMax() / 2 && queuedBytes < limits.queueBytesMax() / 2);
  }

  /// Queues a message for the client; counted as dropped when there is no room.
  void offer(QueuedMessage message) {
    Connection to;
    synchronized (this) {
      to = connection;
      if (ended || (message.qos() == 0 && to == null)) {
        return;
      }
      if (!hasRoom(message, to)) {
        limits.counters().drops.increment();
        return;
      }
      enqueue(message);
    }
    if (to != null) {
      to.ring();
    }
  }

  private boolean hasRoom(QueuedMessage message, @Nullable Connection to) {
    boolean tooSlow = message.qos() == 0 && to != null && !to.isWritable();
    return !tooSlow
        && queue.size() < limits.queueMax()
        && queuedBytes + message.cost() <= limits.queueBytesMax()
        && limits.budget().take(message.cost());
  }

  /// Queues the retained messages of a new subscription as a whole, unless much waits already.
  void offerRetained(List<QueuedMessage> messages) {
    Connection to;
    synchronized (this) {
      to = connection;
      if (to == null || queue.size() >= limits.queueMax()) {
        limits.counters().drops.add(messages.size());
        return;
      }
      for (QueuedMessage message : messages) {
        if (limits.budget().take(message.cost())) {
          enqueue(message);
        } else {
          limits.counters().drops.increment();
        }
      }
    }
    to.ring();
  }

  private void enqueue(QueuedMessage message) {
    queuedBytes += message.cost();
    queue.add(message);
    message.queued();
  }

  /// The one way out of the session.
  private boolean giveBack(QueuedMessage message, Fate fate) {
    queuedBytes -= message.cost();
    limits.budget().giveBack(message.cost());
    message.settled(fate);
    return true;
  }

  /// Sends again what was sent but not acknowledged on an earlier connection (section 4.4),
  /// as far as this client's window allows; the rest follows its acknowledgements. Nothing
  /// for a connection that the session was taken from.
  synchronized void resend(Outlet outlet) {
    if (outlet != connection) {
      return;
    }
    unsent.clear();
    unsent.addAll(inFlight.keySet());
    sendAgain(outlet);
  }

  private void sendAgain(Outlet outlet) {
    while (!unsent.isEmpty() && inFlight.size() - unsent.size() < window) {
      int packetId = unsent.remove();
      QueuedMessage sent = inFlight.get(packetId);
      if (sent != null) {
        outlet.send(sent.message(), delivery(sent, packetId, true));
      }
    }
  }

  /// Sends what waits, as far as the client's window and its socket allow; nothing to a
  /// connection that the session was taken from.
  synchronized void drain(Outlet outlet) {
    if (outlet != connection) {
      return;
    }
    sendAgain(outlet);
    while (!queue.isEmpty() && outlet.isWritable()) {
      QueuedMessage next = queue.element();
      if (next.qos() > 0 && inFlight.size() >= window) {
        return;
      }
      queue.remove();
      boolean expired = next.expiresAtMillis() <= clock.millis();
      if (expired || next.qos() == 0) {
        giveBack(next, expired ? Fate.LOST : Fate.TAKEN);
      }
      if (!expired) {
        send(next, outlet);
      }
    }
  }

  private void send(QueuedMessage next, Outlet outlet) {
    int packetId = 0;
    if (next.qos() > 0) {
      packetId = freePacketId();
      inFlight.put(packetId, next);
    }
    limits.counters().deliveries.increment();
    outlet.send(next.message(), delivery(next, packetId, false));
  }

  private Delivery delivery(QueuedMessage queued, int packetId, boolean duplicate) {
    long expiry = Message.NEVER_EXPIRES;
    if (queued.expiresAtMillis() != Long.MAX_VALUE) {
      expiry = Math.max(0, (queued.expiresAtMillis() - clock.millis() + 999) / 1000);
    }
    int[] ids = queued.subscriptionIds().stream().mapToInt(Integer::intValue).toArray();
    return new Delivery(queued.qos(), queued.retain(), duplicate, packetId, expiry, ids);
  }

  private int freePacketId() {
    do {
      lastPacketId = lastPacketId % PACKET_ID_MAX + 1;
    } while (inFlight.containsKey(lastPacketId));
    return lastPacketId;
  }

  /// The client has the message; unknown identifiers are ignored.
  synchronized void acknowledged(int packetId) {
    unsent.remove((Integer) packetId);
    QueuedMessage done = inFlight.remove(packetId);
    if (done != null) {
      giveBack(done, Fate.TAKEN);
    }
  }

  /// Adds or replaces a subscription.
  ///
  /// @return the one before, or null when it is new
  synchronized @Nullable Subscription put(Subscription subscription) {
    return subscriptions.put(subscription.filter().text(), subscription);
  }

  synchronized @Nullable Subscription removeSubscription(String filter) {
    return subscriptions.remove(filter);
  }

  /// Whether one more filter would be too many.
  synchronized boolean isFull(String filter) {
    return subscriptions.size() >= limits.subscriptionsMax() && !subscriptions.containsKey(filter);
  }

  /// Ends the session: nothing is queued any more; answers what it had subscribed to.
  synchronized Collection<Subscription> end() {
    ended = true;
    queue.removeIf(queued -> giveBack(queued, Fate.LOST));
    inFlight.values().removeIf(sent -> giveBack(sent, Fate.LOST));
    List<Subscription> all = new ArrayList<>(subscriptions.values());
    subscriptions.clear();
    return all;
  }
}
