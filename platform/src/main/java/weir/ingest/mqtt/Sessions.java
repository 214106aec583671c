package weir.ingest.mqtt;

import io.netty.channel.EventLoopGroup;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// All sessions, with or without a connection. What happens to one session is atomic in the map, so
/// connects, take-overs, ends and expiries of a client cannot cross.
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as a closed channel.
final class Sessions {

  /// A session in the map.
  private static final class Slot {
    private final Session session;
    /// Tells timers of an earlier absence from those of this one.
    private int absence;
    private @Nullable Runnable pendingWill;
    private final List<Future<?>> timers = new ArrayList<>(2);

    Slot(Session session) {
      this.session = session;
    }

    /// The client is back, or will not come back.
    void cancelTimers() {
      timers.forEach(timer -> timer.cancel(false));
      timers.clear();
    }

    void fireWill() {
      Runnable will = pendingWill;
      pendingWill = null;
      if (will != null) {
        will.run();
      }
    }
  }

  /// The session of a new connection, and whether it was there before.
  record Opened(Session session, boolean present) {}

  /// What to do about the will of a connection that has gone.
  ///
  /// @param publish publishes it
  record LeftWill(long delaySeconds, Runnable publish) {}

  private final ConcurrentMap<SessionKey, Slot> slots = new ConcurrentHashMap<>();
  private final EventLoopGroup timers;
  private final SubscriptionTree tree;
  private final SessionLimits limits;
  private final int sessionsMax;
  private final InstantSource clock;

  Sessions(
      EventLoopGroup timers,
      SubscriptionTree tree,
      SessionLimits limits,
      int sessionsMax,
      InstantSource clock) {
    this.timers = timers;
    this.tree = tree;
    this.limits = limits;
    this.sessionsMax = sessionsMax;
    this.clock = clock;
  }

  int count() {
    return slots.size();
  }

  boolean isFull(SessionKey key) {
    return slots.size() >= sessionsMax && !slots.containsKey(key);
  }

  /// Opens or resumes a session for a connection; the one that held it is told to go.
  Opened open(SessionKey key, Connection connection, boolean clean, int receiveMax) {
    List<Opened> opened = new ArrayList<>(1);
    slots.compute(
        key,
        (same, before) -> {
          Slot slot = before;
          if (before != null && clean) {
            end(before, connection);
            slot = null;
          }
          boolean present = slot != null;
          if (slot == null) {
            slot = new Slot(new Session(key, limits, clock));
          }
          slot.absence++;
          slot.cancelTimers();
          slot.pendingWill = null;
          Connection holder = slot.session.attach(connection, receiveMax);
          if (holder != null) {
            holder.takenOver(Connection.SessionFate.KEPT);
          }
          opened.add(new Opened(slot.session, present));
          return slot;
        });
    return opened.getFirst();
  }

  private void end(Slot slot, Connection successor) {
    Connection holder = slot.session.attach(successor, 1);
    end(slot.session);
    slot.cancelTimers();
    slot.fireWill();
    if (holder != null) {
      holder.takenOver(Connection.SessionFate.ENDED);
    }
  }

  private void end(Session session) {
    for (Subscription subscription : session.end()) {
      tree.remove(session, subscription.filter());
    }
  }

  /// Notes that a connection has gone; nothing happens when another one took its session over.
  void close(Session session, Connection connection, long expirySeconds, @Nullable LeftWill will) {
    slots.computeIfPresent(
        session.key(),
        (key, slot) -> {
          if (slot.session != session || !session.detach(connection)) {
            return slot;
          }
          slot.pendingWill = will == null ? null : will.publish;
          long willDelay = will == null ? 0 : Math.min(will.delaySeconds, expirySeconds);
          if (willDelay == 0) {
            slot.fireWill();
          }
          if (expirySeconds == 0) {
            end(session);
            return null;
          }
          schedule(slot, willDelay, expirySeconds);
          return slot;
        });
  }

  private void schedule(Slot slot, long willDelaySeconds, long expirySeconds) {
    int absence = ++slot.absence;
    if (slot.pendingWill != null) {
      slot.timers.add(
          timers.schedule(() -> fireWill(slot, absence), willDelaySeconds, TimeUnit.SECONDS));
    }
    slot.timers.add(timers.schedule(() -> expire(slot, absence), expirySeconds, TimeUnit.SECONDS));
  }

  private void fireWill(Slot slot, int absence) {
    slots.computeIfPresent(
        slot.session.key(),
        (key, current) -> {
          if (current == slot && slot.absence == absence) {
            slot.fireWill();
          }
          return current;
        });
  }

  private void expire(Slot slot, int absence) {
    slots.computeIfPresent(
        slot.session.key(),
        (key, current) -> {
          if (current != slot || slot.absence != absence) {
            return current;
          }
          slot.fireWill();
          end(slot.session);
          return null;
        });
  }
}
