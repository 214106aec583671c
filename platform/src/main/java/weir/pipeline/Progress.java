package weir.pipeline;

import weir.log.EventLog.Committed;
import weir.log.Tally;
import weir.pipeline.RawRecord.Handed;

/// How far one raw partition is done, and the counts that belong to that place. Owned by one
/// worker.
///
/// Each time that a partition is taken over a new epoch begins, and is committed before any
/// work. What an earlier epoch decided beyond the place where the next one began was never
/// committed and is decided again; so a message that it handed over is a ghost when it comes
/// back.
final class Progress {

  private static final String EPOCH = "epoch";
  private static final String START = "start-";
  private static final String LANE = "lane-";
  private static final String ENRICHED = "enriched";

  /// Messages handed over so many epochs ago are not told from ghosts any more.
  private static final int EPOCHS_KEPT = 16;

  private final Tally tally;
  private final EnrichedTail tail;
  private final long[] lanesRead = new long[Handed.LANES];
  private long done;
  private long read;
  private boolean begun;
  private boolean dirty;

  private Progress(long offset, Tally tally, EnrichedTail tail) {
    this.tally = tally;
    this.tail = tail;
    done = offset;
    read = offset;
    for (int lane = 0; lane < lanesRead.length; lane++) {
      lanesRead[lane] = tally.get(LANE + lane);
    }
    long epoch = tally.get(EPOCH) + 1;
    tally.set(EPOCH, epoch);
    // One above the offset, so that a start at nought is told from none.
    tally.set(START + epoch, offset + 1);
    tally.remove(START + (epoch - EPOCHS_KEPT));
    dirty = true;
  }

  /// The beginning of all.
  static Progress fresh() {
    return new Progress(0, new Tally(), EnrichedTail.NONE);
  }

  /// Goes on from what was committed.
  static Progress after(Committed committed, TailReader reader) {
    Tally tally = Tally.parse(committed.note());
    return new Progress(committed.offset(), tally, reader.from(tally.get(ENRICHED)));
  }

  /// Reads the tail of the enriched partition.
  @FunctionalInterface
  interface TailReader {
    EnrichedTail from(long enrichedOffset);
  }

  EnrichedTail tail() {
    return tail;
  }

  long epoch() {
    return tally.get(EPOCH);
  }

  /// Whether the record was read before: the log went back on its own.
  boolean isBehind(long offset) {
    return offset < read;
  }

  /// Whether records are missing since the last one: somebody else had the partition meanwhile.
  boolean isAhead(long offset) {
    return begun && offset > read;
  }

  void read(long offset) {
    read = offset + 1;
    begun = true;
  }

  /// Takes a handed-over message; false when it was taken before or is a ghost.
  boolean take(Handed handed) {
    if (handed.offset() < lanesRead[handed.lane()]) {
      return false;
    }
    long nextStart = tally.get(START + (handed.epoch() + 1));
    if (nextStart > 0 && handed.offset() >= nextStart - 1) {
      return false;
    }
    lanesRead[handed.lane()] = handed.offset() + 1;
    return true;
  }

  /// Where the lanes stand now, for the note of the batch that is being read.
  long[] lanes() {
    return lanesRead.clone();
  }

  /// A batch is done.
  void finish(Flight.Share share) {
    tally.add(share.counts);
    for (int lane = 0; lane < share.lanes.length; lane++) {
      if (share.lanes[lane] > 0) {
        tally.set(LANE + lane, share.lanes[lane]);
      }
    }
    if (share.enrichedNext > 0) {
      tally.set(ENRICHED, share.enrichedNext);
    }
    done = share.next;
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
