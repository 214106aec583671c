package weir.series.questdb;

import io.questdb.MessageBus;
import io.questdb.cairo.CairoEngine;
import io.questdb.cairo.CairoError;
import io.questdb.cairo.CairoException;
import io.questdb.cairo.O3PartitionPurgeJob;
import io.questdb.cairo.TableToken;
import io.questdb.cairo.wal.ApplyWal2TableJob;
import io.questdb.cairo.wal.CheckWalTransactionsJob;
import io.questdb.cairo.wal.WalPurgeJob;
import io.questdb.cairo.wal.seq.SeqTxnTracker;
import io.questdb.mp.Job;
import io.questdb.std.Misc;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.series.StoreHealth;

/// Makes committed rows visible: one thread that applies the WAL to the tables, deletes what was
/// applied, and wakes up tables that QuestDB suspended, for instance because the disk was full.
final class WalApplier implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(WalApplier.class);
  private static final long IDLE_NANOS = Duration.ofMillis(100).toNanos();
  private static final long REST_NANOS_MAX = Duration.ofSeconds(2).toNanos();
  private static final int REST_SHARE = 4;
  private static final long UPKEEP_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long RESUME_NANOS = Duration.ofSeconds(5).toNanos();

  private final CairoEngine cairo;
  private final Tables tables;
  private final ApplyWal2TableJob apply;
  private final CheckWalTransactionsJob check;
  private final WalPurgeJob purgeWal;
  private final O3PartitionPurgeJob purgePartitions;
  private final Thread thread;
  private long restUntil;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition committed = lock.newCondition();
  private final Condition applied = lock.newCondition();
  private boolean pending = true;
  private boolean urgent = true;
  private volatile boolean running = true;
  private volatile @Nullable String suspended;

  WalApplier(Engine engine, Tables tables) {
    this.cairo = engine.cairo();
    this.tables = tables;
    this.apply = new ApplyWal2TableJob(cairo, 0);
    this.check = new CheckWalTransactionsJob(cairo);
    this.purgeWal = new WalPurgeJob(cairo);
    this.purgePartitions = new O3PartitionPurgeJob(cairo, 1);
    this.check.checkMissingWalTransactions();
    this.thread = Thread.ofPlatform().name("weir-series-apply").daemon().start(this::run);
  }

  private void run() {
    long upkeepAt = System.nanoTime();
    long resumeAt = upkeepAt;
    try {
      while (running) {
        await();
        long from = System.nanoTime();
        apply();
        long now = System.nanoTime();
        restUntil = now + Math.min(REST_NANOS_MAX, REST_SHARE * (now - from));
        if (now - upkeepAt >= 0) {
          upkeepAt = now + UPKEEP_NANOS;
          keepUp();
        }
        if (now - resumeAt >= 0) {
          resumeAt = now + RESUME_NANOS;
          resumeSuspended();
        }
        announce();
      }
    } finally {
      Misc.free(apply);
      Misc.free(purgeWal);
      Misc.free(purgePartitions);
    }
  }

  /// What fails here, with a full disk for instance, is tried again a second later.
  private void keepUp() {
    try {
      drain(purgePartitions);
      check.run(0);
      purgeWal.run(0);
    } catch (CairoException | CairoError e) {
      LOG.warn("upkeep of the store failed reason={}", e.getMessage());
    }
  }

  /// Applies what was committed up to now. What comes meanwhile waits for the next time: a commit
  /// that is applied alone costs as much as ten together.
  private void apply() {
    MessageBus bus = cairo.getMessageBus();
    long last = bus.getWalTxnNotificationPubSequence().current();
    while (bus.getWalTxnNotificationSubSequence().current() < last && running && apply.run(0)) {
      announce();
    }
  }

  private void drain(Job job) {
    boolean more = true;
    while (more && running) {
      more = job.run(0);
    }
  }

  /// Waits for something to apply, and rests in between for as long as applying took a few times
  /// over: what is committed meanwhile is applied in one go, which costs little more than one
  /// commit alone.
  private void await() {
    lock.lock();
    try {
      long idleUntil = System.nanoTime() + IDLE_NANOS;
      long left = IDLE_NANOS;
      while (running && !urgent && left > 0) {
        var _ = committed.awaitNanos(left);
        left = (pending ? restUntil : idleUntil) - System.nanoTime();
      }
      pending = false;
      urgent = false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      running = false;
    } finally {
      lock.unlock();
    }
  }

  private void announce() {
    lock.lock();
    try {
      applied.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Tells that there is something to apply.
  void wake() {
    lock.lock();
    try {
      pending = true;
      committed.signal();
    } finally {
      lock.unlock();
    }
  }

  /// As [#wake], and somebody waits for it.
  private void hurry() {
    lock.lock();
    try {
      urgent = true;
      wake();
    } finally {
      lock.unlock();
    }
  }

  private void resumeSuspended() {
    String first = null;
    for (TableToken table : tables.logged()) {
      if (cairo.getTableSequencerAPI().isSuspended(table)) {
        String reason = tracker(table).getErrorMessage();
        first = first == null ? table.getTableName() + ": " + reason : first;
        LOG.warn("resuming a table table={} reason={}", table.getTableName(), reason);
        resume(table);
      }
    }
    suspended = first;
  }

  private void resume(TableToken table) {
    try {
      cairo.getTableSequencerAPI().resumeTable(table, 0);
    } catch (CairoException e) {
      LOG.warn("cannot resume a table table={} reason={}", table.getTableName(), e.getMessage());
    }
  }

  private SeqTxnTracker tracker(TableToken table) {
    return cairo.getTableSequencerAPI().getTxnTracker(table);
  }

  /// Waits until everything committed before the call is visible.
  boolean awaitApplied(Duration limit) {
    Map<TableToken, Long> goals = new HashMap<>();
    for (TableToken table : tables.logged()) {
      goals.put(table, cairo.getTableSequencerAPI().lastTxn(table));
    }
    hurry();
    long left = limit.toNanos();
    lock.lock();
    try {
      while (!reached(goals)) {
        if (left <= 0) {
          return false;
        }
        left = applied.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private boolean reached(Map<TableToken, Long> goals) {
    goals.entrySet().removeIf(goal -> tracker(goal.getKey()).getWriterTxn() >= goal.getValue());
    return goals.isEmpty();
  }

  StoreHealth health() {
    List<TableToken> all = tables.logged();
    long waiting = 0;
    for (TableToken table : all) {
      SeqTxnTracker tracker = tracker(table);
      waiting += Math.max(0, tracker.getSeqTxn() - Math.max(0, tracker.getWriterTxn()));
    }
    String trouble = suspended;
    if (!thread.isAlive()) {
      trouble = "the thread that applies the WAL has died";
    }
    return new StoreHealth(trouble == null, trouble == null ? "" : trouble, waiting);
  }

  @Override
  public void close() {
    running = false;
    hurry();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
