package weir.view;

import java.util.Arrays;

/// A set of longs in one array, for millions of them: open addressing with linear probing, 8 to
/// 16 bytes a member. Owned by one thread.
final class LongSet {

  private static final long EMPTY = 0;

  private long[] slots = new long[1 << 10];
  private int members;
  private boolean holdsZero;

  /// Adds the value; false when it was there.
  boolean add(long value) {
    if (value == EMPTY) {
      boolean added = !holdsZero;
      holdsZero = true;
      return added;
    }
    if (members >= slots.length / 2 + slots.length / 8) {
      grow();
    }
    int slot = slotOf(value);
    if (slots[slot] == value) {
      return false;
    }
    slots[slot] = value;
    members++;
    return true;
  }

  boolean contains(long value) {
    return value == EMPTY ? holdsZero : slots[slotOf(value)] == value;
  }

  long size() {
    return members + (holdsZero ? 1L : 0L);
  }

  /// The slot that holds the value, or the free one where it belongs.
  private int slotOf(long value) {
    int mask = slots.length - 1;
    int slot = (int) ((value * 0x9E37_79B9_7F4A_7C15L) >>> 33) & mask;
    while (slots[slot] != EMPTY && slots[slot] != value) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] old = slots;
    slots = new long[old.length * 2];
    members = 0;
    Arrays.stream(old).filter(value -> value != EMPTY).forEach(this::add);
  }
}
