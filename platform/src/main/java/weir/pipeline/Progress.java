package weir.pipeline;

import weir.log.EventLog.Committed;
import weir.log.Tally;

/// How far one raw partition is done, and the counts that belong to that place. Owned by one
/// worker.
final class Progress {

  private static final String LANE = "lane.";

  private final Tally tally;
  private final long[] lanesRead = new long[RawRecord.Handed.LANES];
  private long done;
  private long read;
  private boolean dirty;

  Progress(Committed committed) {
    tally = Tally.parse(committed.note());
    done = committed.offset();
    read = committed.offset();
    for (int lane = 0; lane < lanesRead.length; lane++) {
      lanesRead[lane] = tally.get(LANE + lane);
    }
  }

  /// Whether the record was read before: the log went back on its own.
  boolean isBehind(long offset) {
    return offset < read;
  }

  void read(long offset) {
    read = offset + 1;
  }

  /// Whether a handed-over message was taken before; if not, it is now.
  boolean takeHanded(RawRecord.Handed handed) {
    if (handed.offset() < lanesRead[handed.lane()]) {
      return false;
    }
    lanesRead[handed.lane()] = handed.offset() + 1;
    return true;
  }

  /// Where the lanes stand now, for the note of the batch that is being read.
  long[] lanes() {
    return lanesRead.clone();
  }

  /// Everything before the offset is done.
  void finish(long offset, Tally counts, long[] lanes) {
    tally.add(counts);
    for (int lane = 0; lane < lanes.length; lane++) {
      if (lanes[lane] > 0) {
        tally.set(LANE + lane, lanes[lane]);
      }
    }
    done = offset;
    dirty = true;
  }

  boolean isDirty() {
    return dirty;
  }

  Committed toCommit() {
    return new Committed(done, tally.note());
  }

  void committed() {
    dirty = false;
  }
}
