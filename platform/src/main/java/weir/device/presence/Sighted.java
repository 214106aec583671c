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

  /// Until when it may come back after a start of the platform; 0 when that is decided.
  long awaitedUntilMillis;

  boolean registered;

  /// When it is looked at next; 0 when nobody will.
  long dueMillis;

  boolean willPublished;
  long allowanceMillis;
  long savedHeardMillis;

  Sighted(DeviceId device) {
    this.device = device;
  }

  State state() {
    return state;
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

  /// True when that is news.
  boolean become(State next, Reason why, Instant now) {
    if (state == next) {
      reason = next == State.ONLINE ? why : reason;
      return false;
    }
    state = next;
    reason = why;
    since = now;
    return true;
  }

  /// As it was before the platform stopped.
  void recall(DeviceState before) {
    state = before.state();
    reason = before.reason();
    since = before.since();
    heardMillis = before.lastHeard() == null ? 0 : before.lastHeard().toEpochMilli();
    savedHeardMillis = heardMillis;
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
