package weir.series;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import weir.event.EventKey;

/// The last events that were written, in two halves: when the newer one is full, the older
/// one is forgotten. Exact for at least the last `window` events. Owned by one thread.
final class RecentEvents {

  private final int window;
  private final long salt = ThreadLocalRandom.current().nextLong();
  private long[] newer;
  private long[] older;
  private int count;

  RecentEvents(int window) {
    this.window = window;
    int slots = Integer.highestOneBit(Math.max(window, 8)) * 4;
    this.newer = new long[2 * slots];
    this.older = new long[2 * slots];
  }

  void add(EventKey key) {
    if (!put(salted(key))) {
      return;
    }
    if (++count >= window) {
      long[] forgotten = older;
      older = newer;
      java.util.Arrays.fill(forgotten, 0);
      newer = forgotten;
      count = 0;
    }
  }

  boolean contains(EventKey key) {
    UUID id = salted(key);
    return holds(newer, id) || holds(older, id);
  }

  /// The id, changed by its device in a way that no sender can foresee.
  private UUID salted(EventKey key) {
    long device = (key.device().hashCode() ^ salt) * 0x9E37_79B9_7F4A_7C15L;
    UUID id = key.id();
    return new UUID(
        id.getMostSignificantBits() ^ device ^ (device >>> 32), id.getLeastSignificantBits());
  }

  private boolean put(UUID id) {
    int slot = slot(newer, id);
    boolean free = newer[slot] == 0 && newer[slot + 1] == 0;
    newer[slot] = id.getMostSignificantBits();
    newer[slot + 1] = id.getLeastSignificantBits();
    return free;
  }

  private static boolean holds(long[] slots, UUID id) {
    int slot = slot(slots, id);
    return slots[slot] == id.getMostSignificantBits()
        && slots[slot + 1] == id.getLeastSignificantBits();
  }

  /// Where the id is, or the free place for it: linear probing over pairs.
  private static int slot(long[] slots, UUID id) {
    long mixed = id.getMostSignificantBits() ^ Long.rotateLeft(id.getLeastSignificantBits(), 31);
    int pairs = slots.length / 2;
    int pair = (int) ((mixed * 0x9E37_79B9_7F4A_7C15L) >>> 33) & (pairs - 1);
    while (true) {
      long high = slots[2 * pair];
      long low = slots[2 * pair + 1];
      boolean free = high == 0 && low == 0;
      if (free || (high == id.getMostSignificantBits() && low == id.getLeastSignificantBits())) {
        return 2 * pair;
      }
      pair = (pair + 1) & (pairs - 1);
    }
  }
}
