package weir.fleet;

import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;

/// What the platform itself shows of a run: which messages of each device it stored, how often, and
/// when it received them, and which it set aside. Filled by one thread.
final class Evidence {

  /// What is known of one device.
  static final class Records {
    final BitSet stored = new BitSet();
    final BitSet aside = new BitSet();
    final BitSet malformedAside = new BitSet();
    final BitSet malformedStored = new BitSet();
    long repeated;
    private long[] receivedMillis = new long[16];

    /// 0 when the message is not stored.
    long receivedMillis(int sequence) {
      return sequence < receivedMillis.length ? receivedMillis[sequence] : 0;
    }
  }

  private final RunId run;
  private final Records[] devices;
  private boolean asideCut;

  Evidence(RunId run, int devices) {
    this.run = run;
    this.devices = new Records[devices];
    Arrays.setAll(this.devices, number -> new Records());
  }

  Records of(int device) {
    return devices[device];
  }

  /// The platform shows this event as stored; once for each time it is there.
  void stored(String eventId, Instant receivedAt) {
    RunId.Mark mark = run.read(eventId).orElse(null);
    if (mark == null || mark.device() >= devices.length) {
      return;
    }
    Records records = devices[mark.device()];
    int sequence = (int) mark.sequence();
    BitSet seen = mark.malformed() ? records.malformedStored : records.stored;
    if (seen.get(sequence)) {
      records.repeated++;
    }
    seen.set(sequence);
    if (!mark.malformed()) {
      note(records, sequence, receivedAt.toEpochMilli());
    }
  }

  private static void note(Records records, int sequence, long millis) {
    if (sequence >= records.receivedMillis.length) {
      int length = Math.max(2 * records.receivedMillis.length, sequence + 1);
      records.receivedMillis = Arrays.copyOf(records.receivedMillis, length);
    }
    records.receivedMillis[sequence] = millis;
  }

  /// The platform shows this event among the dead letters.
  void aside(String eventId) {
    RunId.Mark mark = run.read(eventId).orElse(null);
    if (mark != null && mark.device() < devices.length) {
      Records records = devices[mark.device()];
      BitSet seen = mark.malformed() ? records.malformedAside : records.aside;
      seen.set((int) mark.sequence());
    }
  }

  /// There are more dead letters than the platform lists.
  void cutAside() {
    asideCut = true;
  }

  boolean isAsideCut() {
    return asideCut;
  }
}
