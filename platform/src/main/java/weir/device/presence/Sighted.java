package weir.device.presence;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.device.presence.DeviceState.Reason;
import weir.device.presence.DeviceState.State;

/// What is known of one device. Changed by the thread of the [PresenceBoard], besides the time of
/// the latest message, which is noted where it comes in.
final class Sighted {

  final DeviceId device;
  volatile long heardMillis;
  private volatile State state = State.OFFLINE;
  private volatile Reason reason = Reason.NEVER;
  private volatile @Nullable Instant since;
  private volatile boolean connected;
  private int connections;

  /// Whether it said that it is offline, and did not take that back.
  volatile boolean declaredOffline;

  /// The name of its type; empty while it is not registered.
  String type = "";

  /// Until when it may come back after a start of the platform; 0 when that is decided.
  long awaitedUntilMillis;

  boolean registered;

  /// When it is looked at next; 0 when nobody will.
  long dueMillis;

  boolean willPublished;
  long savedHeardMillis;

  Sighted(DeviceId device) {
    this.device = device;
  }

  State state() {
    return state;
  }

  Reason reason() {
    return reason;
  }

  boolean isConnected() {
    return connected;
  }

  void connect() {
    connections++;
    connected = true;
  }

  void disconnect() {
    connections = Math.max(0, connections - 1);
    connected = connections > 0;
  }

  /// Whether a message only needs to be noted, because it changes nothing.
  boolean isPlainlyOnline() {
    return state == State.ONLINE && awaitedUntilMillis == 0;
  }

  /// What a change is to others.
  enum Change {
    NEWS,
    /// There as before, but for another reason.
    DETAIL,
    NOTHING
  }

  Change become(State next, Reason why, Instant now) {
    if (state != next) {
      state = next;
      reason = why;
      since = now;
      return Change.NEWS;
    }
    if (next == State.ONLINE && reason != why) {
      reason = why;
      return Change.DETAIL;
    }
    return Change.NOTHING;
  }

  /// As it was before the platform stopped.
  void recall(DeviceState before, String typeName) {
    type = typeName;
    registered = true;
    declaredOffline = before.reason() == Reason.STATUS;
    state = before.state();
    reason = before.reason();
    since = before.since();
    heardMillis = before.lastHeard() == null ? 0 : before.lastHeard().toEpochMilli();
    savedHeardMillis = heardMillis;
  }

  /// Whether it is there by a connection of its own, as far as was noted.
  boolean isThereByConnection() {
    return state == State.ONLINE && reason == Reason.CONNECTED;
  }

  /// Whether this time is after the last change of its state.
  boolean isLater(Instant at) {
    Instant began = since;
    return began == null || at.isAfter(began);
  }

  /// When it was heard last, or came.
  long lastSignMillis() {
    Instant began = since;
    long came = began == null || state == State.STALE ? 0 : began.toEpochMilli();
    return Math.max(heardMillis, came);
  }

  DeviceState shown() {
    long heard = heardMillis;
    return new DeviceState(
        device,
        state,
        reason,
        since,
        heard == 0 ? null : Instant.ofEpochMilli(heard),
        isConnected());
  }
}
