package weir.subscriber.delivery;

/// Where an event is in the enriched topic, as one number: the partition above, the offset below,
/// so that the places of a partition are in the order of the log.
///
/// When the log is replaced by another one, whose offsets begin again, what still waits of the old
/// one moves below zero, in the same order.
public final class Place {

  /// Before all places, those of lost logs too.
  public static final long FIRST = Long.MIN_VALUE;

  /// What is added to a place whose log is lost.
  static final long LOST = -(1L << 62);

  private static final int OFFSET_BITS = 50;
  private static final int UNUSED_BITS = 2;
  private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;

  private Place() {}

  public static long of(int partition, long offset) {
    return ((long) partition << OFFSET_BITS) | offset;
  }

  public static int partition(long place) {
    return (int) ((place << UNUSED_BITS) >>> (UNUSED_BITS + OFFSET_BITS));
  }

  public static long offset(long place) {
    return place & OFFSET_MASK;
  }
}
