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
    return 100_000;
  }

  @Override
  public long getWalSegmentRolloverSize() {
    return 16L * MIB;
  }

  @Override
  public long getWalPurgeInterval() {
    return 5_000;
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
