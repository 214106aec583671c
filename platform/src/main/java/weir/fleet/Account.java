package weir.fleet;

import java.util.Arrays;
import java.util.BitSet;
import weir.fleet.model.Family;
import weir.fleet.model.Message.Fate;
import weir.fleet.wire.Parcel;

/// The ledger's page of one device: which of its messages were sent, in which order, and what the
/// platform answered. A few bits a message. Written by the clock and by the lines, so guarded by
/// its own lock.
final class Account {

  private final String device;
  private final Family family;
  private final BitSet expectedAside = new BitSet();
  private final BitSet sent = new BitSet();
  private final BitSet acknowledged = new BitSet();
  private final BitSet refused = new BitSet();
  private final BitSet postponed = new BitSet();
  private final BitSet malformedAcknowledged = new BitSet();
  private int[] order = new int[16];
  private int orderLength;
  private int outstanding;
  private long discarded;
  private long duplicates;
  private long malformedSent;
  private long malformedRefused;

  Account(String device, Family family) {
    this.device = device;
    this.family = family;
  }

  String device() {
    return device;
  }

  Family family() {
    return family;
  }

  synchronized void expect(long sequence, Fate fate) {
    if (fate == Fate.SET_ASIDE) {
      expectedAside.set((int) sequence);
    }
  }

  synchronized int outstanding() {
    return outstanding;
  }

  synchronized void discard() {
    discarded++;
  }

  synchronized void sent(Parcel parcel) {
    outstanding++;
    switch (parcel.kind()) {
      case MESSAGE -> put((int) parcel.number());
      case DUPLICATE -> {
        duplicates++;
        put((int) parcel.number());
      }
      case MALFORMED -> malformedSent++;
      case ANSWER -> throw new IllegalArgumentException("answers are not in the ledger");
    }
  }

  /// Notes the order; of a message and its duplicate, what is sent first counts.
  private void put(int sequence) {
    if (sent.get(sequence)) {
      return;
    }
    sent.set(sequence);
    if (orderLength == order.length) {
      order = Arrays.copyOf(order, 2 * orderLength);
    }
    order[orderLength++] = sequence;
  }

  synchronized void acknowledged(Parcel parcel) {
    outstanding--;
    if (parcel.kind() == Parcel.Kind.MALFORMED) {
      malformedAcknowledged.set((int) parcel.number());
    } else {
      acknowledged.set((int) parcel.number());
    }
  }

  synchronized void postponed(Parcel parcel) {
    if (parcel.kind() != Parcel.Kind.MALFORMED) {
      postponed.set((int) parcel.number());
    }
  }

  synchronized void refused(Parcel parcel) {
    outstanding--;
    if (parcel.kind() == Parcel.Kind.MALFORMED) {
      malformedRefused++;
    } else {
      refused.set((int) parcel.number());
    }
  }

  /// A copy to reckon with.
  synchronized Page page() {
    BitSet refusedForGood = (BitSet) refused.clone();
    refusedForGood.andNot(acknowledged);
    return new Page(
        device,
        family,
        (BitSet) sent.clone(),
        (BitSet) acknowledged.clone(),
        refusedForGood.cardinality(),
        (BitSet) expectedAside.clone(),
        (BitSet) malformedAcknowledged.clone(),
        (BitSet) postponed.clone(),
        Arrays.copyOf(order, orderLength),
        discarded,
        duplicates,
        malformedSent,
        malformedRefused);
  }

  /// What the ledger knows of one device.
  ///
  /// @param expectedAside messages that a sound platform sets aside
  /// @param postponed messages that the platform asked to send again later
  /// @param order the sequence numbers as they were sent
  @SuppressWarnings("ArrayRecordComponent") // Handed to the grader alone; nobody compares pages.
  record Page(
      String device,
      Family family,
      BitSet sent,
      BitSet acknowledged,
      int refused,
      BitSet expectedAside,
      BitSet malformedAcknowledged,
      BitSet postponed,
      int[] order,
      long discarded,
      long duplicates,
      long malformedSent,
      long malformedRefused) {}
}
