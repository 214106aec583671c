package weir.series.questdb;

import io.questdb.cairo.CommitMode;
import io.questdb.cairo.DefaultCairoConfiguration;
import io.questdb.cairo.SqlJitMode;

/// QuestDB's knobs, set for a small share of one process. Where a number differs from the
/// default, it was measured: docs/reference/storage.md has the figures.
final class EngineConfiguration extends DefaultCairoConfiguration {

  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;

  private final boolean fsync;

  EngineConfiguration(QuestDbSettings settings) {
    super(settings.directory().toAbsolutePath().toString());
    this.fsync = settings.fsync();
  }

  @Override
  public int getCommitMode() {
    return fsync ? CommitMode.SYNC : CommitMode.NOSYNC;
  }

  /// Compiled filters abort the whole process on some comparisons (seen with UUIDs in 9.3.4).
  @Override
  public int getSqlJitMode() {
    return SqlJitMode.JIT_MODE_DISABLED;
  }

  /// Slightly late rows rewrite the part of a day from there on. Small parts make that cheap: 6
  /// in place of 12 CPU-seconds a million events.
  @Override
  public long getPartitionO3SplitMinSize() {
    return 4L * MIB;
  }

  @Override
  public int getO3ColumnMemorySize() {
    return 256 * KIB;
  }

  @Override
  public long getDataAppendPageSize() {
    return 512L * KIB;
  }

  @Override
  public long getWalDataAppendPageSize() {
    return 256L * KIB;
  }

  @Override
  public long getSystemDataAppendPageSize() {
    return 64L * KIB;
  }

  /// What has been applied can be deleted a whole segment at a time only.
  @Override
  public long getWalSegmentRolloverRowCount() {
    return 500_000;
  }

  @Override
  public long getWalSegmentRolloverSize() {
    return 64L * MIB;
  }

  /// How many thousand rows of waiting commits are applied in one step. The default of 20 is
  /// less than two batches of readings, and each step writes the last part of the day anew.
  @Override
  public double getWalLagRowsMultiplier() {
    return 60;
  }

  @Override
  public long getWalPurgeInterval() {
    return 5_000;
  }

  // The sizes below are where pools start and how long queues between threads are. The defaults
  // are for a server of its own and cost some 60 MB of heap.

  @Override
  public int getSqlCompilerPoolCapacity() {
    return 4;
  }

  @Override
  public int getSqlLexerPoolCapacity() {
    return 128;
  }

  @Override
  public int getSqlModelPoolCapacity() {
    return 64;
  }

  @Override
  public int getSqlExpressionPoolCapacity() {
    return 512;
  }

  @Override
  public int getSqlColumnPoolCapacity() {
    return 512;
  }

  @Override
  public int getGroupByPoolCapacity() {
    return 64;
  }

  @Override
  public int getExplainPoolCapacity() {
    return 2;
  }

  @Override
  public int getUnorderedPageFrameReduceQueueCapacity() {
    return 64;
  }

  @Override
  public int getPageFrameReduceQueueCapacity() {
    return 8;
  }

  @Override
  public int getPageFrameReduceShardCount() {
    return 2;
  }

  @Override
  public int getVectorAggregateQueueCapacity() {
    return 64;
  }

  @Override
  public int getColumnIndexerQueueCapacity() {
    return 16;
  }

  @Override
  public int getLatestByQueueCapacity() {
    return 8;
  }

  @Override
  public int getO3PartitionQueueCapacity() {
    return 128;
  }

  @Override
  public int getO3OpenColumnQueueCapacity() {
    return 128;
  }

  @Override
  public int getO3CopyQueueCapacity() {
    return 128;
  }

  @Override
  public int getO3CallbackQueueCapacity() {
    return 128;
  }

  @Override
  public int getO3PurgeDiscoveryQueueCapacity() {
    return 128;
  }

  @Override
  public int getSqlSortValuePageSize() {
    return MIB;
  }

  @Override
  public int getSqlHashJoinValuePageSize() {
    return MIB;
  }

  @Override
  public boolean isMatViewEnabled() {
    return false;
  }
}
