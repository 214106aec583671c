package weir.device.presence;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Many timers for the price of one: a ring of seconds, each with what is due in it. What is due
/// later than one turn comes up once a turn and is put back by whoever gets it. Owned by one
/// thread.
final class TimerWheel<T> {

  private static final int SLOTS = 4_096;

  private final List<List<T>> slots = new ArrayList<>(SLOTS);
  private long second;

  TimerWheel(long nowMillis) {
    second = nowMillis / 1_000;
    for (int i = 0; i < SLOTS; i++) {
      slots.add(new ArrayList<>(0));
    }
  }

  void add(T timer, long dueMillis) {
    long due = Math.clamp(dueMillis / 1_000 + 1, second + 1, second + SLOTS - 1);
    slots.get((int) (due % SLOTS)).add(timer);
  }

  /// Hands out what is due by now.
  void advance(long nowMillis, Consumer<T> due) {
    long now = nowMillis / 1_000;
    long from = Math.max(second + 1, now - SLOTS + 1);
    for (long at = from; at <= now; at++) {
      second = at;
      List<T> slot = slots.set((int) (at % SLOTS), new ArrayList<>(0));
      slot.forEach(due);
    }
  }
}
