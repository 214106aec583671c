package weir.device.presence;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import weir.device.Directory;
import weir.device.presence.DeviceState.State;

/// How long devices are silent, and when that is to be looked at. Owned by one thread.
final class Silence {

  private static final int GONE_FACTOR = 4;

  /// When to look at a device; void when it is to be looked at earlier by now.
  private record Alarm(Sighted one, long dueMillis) {

    boolean isValid() {
      return one.dueMillis == dueMillis;
    }
  }

  private final Directory directory;
  private final PresenceSettings settings;
  private final InstantSource clock;
  private final TimerWheel<Alarm> wheel;
  private final Deque<Sighted> due = new ArrayDeque<>();
  private long lastBeforeMillis;
  private long awayMillis;

  Silence(Directory directory, PresenceSettings settings, InstantSource clock) {
    this.directory = directory;
    this.settings = settings;
    this.clock = clock;
    this.wheel = new TimerWheel<>(clock.millis());
  }

  /// Nobody could be heard between these times, which are not to be counted.
  void excuse(long lastHeardMillis, long nowMillis) {
    lastBeforeMillis = lastHeardMillis;
    awayMillis = Math.max(0, nowMillis - lastHeardMillis);
  }

  private long sinceMillis(Sighted one) {
    long last = one.lastSignMillis();
    return last <= lastBeforeMillis ? last + awayMillis : last;
  }

  /// How long a device may be silent, by its type as it is now.
  private long allowanceMillis(Sighted one) {
    Duration interval =
        directory
            .type(one.type)
            .flatMap(type -> Interval.of(type.updateFrequency()))
            .orElse(settings.intervalUnknown());
    long millis = interval.multipliedBy(settings.silenceFactor()).toMillis();
    return Math.max(settings.silenceMin().toMillis(), millis);
  }

  long staleAtMillis(Sighted one) {
    return sinceMillis(one) + allowanceMillis(one);
  }

  /// For one without a connection.
  long goneAtMillis(Sighted one) {
    return sinceMillis(one) + GONE_FACTOR * allowanceMillis(one);
  }

  /// It is there now; its silence begins.
  void begin(Sighted one) {
    watch(one, Math.max(one.heardMillis, clock.millis()) + allowanceMillis(one));
  }

  /// Looks at it when it becomes stale, unless it is gone or awaited.
  void watch(Sighted one) {
    if (one.state() != State.OFFLINE && one.awaitedUntilMillis == 0) {
      watch(one, staleAtMillis(one));
    }
  }

  /// Looks at it at this time, if not earlier.
  void watch(Sighted one, long dueMillis) {
    if (one.dueMillis == 0 || dueMillis < one.dueMillis) {
      one.dueMillis = dueMillis;
      wheel.add(new Alarm(one, dueMillis), dueMillis);
    }
  }

  /// Has all looked at that are due. One at which looking fails comes first the next time.
  void advance(long nowMillis, Consumer<Sighted> look) {
    wheel.advance(nowMillis, alarm -> ring(alarm, nowMillis));
    while (!due.isEmpty()) {
      look.accept(due.element());
      due.remove();
    }
  }

  private void ring(Alarm alarm, long nowMillis) {
    if (!alarm.isValid()) {
      return;
    }
    if (nowMillis < alarm.dueMillis()) { // Due later than one turn of the wheel.
      wheel.add(alarm, alarm.dueMillis());
      return;
    }
    alarm.one().dueMillis = 0;
    due.add(alarm.one());
  }
}
