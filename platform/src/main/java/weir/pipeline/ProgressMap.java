package weir.pipeline;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weir.log.EventLog;
import weir.log.EventLog.Committed;
import weir.log.Partition;
import weir.log.Topic;

/// How far each partition is that a worker holds. Starts from what the log has committed, and goes
/// back to that whenever the log does. Owned by one worker.
final class ProgressMap {

  private final EventLog log;
  private final String group;
  private final Topic enriched;
  private final Map<Partition, Progress> held = new HashMap<>();

  ProgressMap(EventLog log, String group, Topic enriched) {
    this.log = log;
    this.group = group;
    this.enriched = enriched;
  }

  /// Takes over the partitions that are not held yet; says whether there were any. Their new epoch
  /// must be committed before work begins.
  boolean takeOver(Set<Partition> partitions) {
    if (held.keySet().containsAll(partitions)) {
      return false;
    }
    Map<Partition, Committed> committed = log.committed(group);
    for (Partition partition : partitions) {
      held.computeIfAbsent(partition, fresh -> begin(fresh, committed.get(fresh)));
    }
    return true;
  }

  private Progress begin(Partition partition, @Nullable Committed committed) {
    Partition written = new Partition(enriched, partition.number());
    return committed == null
        ? Progress.fresh()
        : Progress.after(committed, from -> EnrichedTail.read(log, written, from));
  }

  /// The progress of a partition that was taken over.
  Progress of(Partition partition) {
    return Objects.requireNonNull(held.get(partition));
  }

  @Nullable Progress ifHeld(Partition partition) {
    return held.get(partition);
  }

  /// Forgets what is not held any more.
  void keep(Set<Partition> partitions) {
    held.keySet().retainAll(partitions);
  }

  /// Forgets a partition that is read anew.
  void forget(Partition partition) {
    held.remove(partition);
  }

  void forgetAll() {
    held.clear();
  }

  /// What is done and not committed yet.
  Map<Partition, Committed> toCommit() {
    Map<Partition, Committed> commits = new TreeMap<>();
    held.forEach(
        (partition, progress) -> {
          if (progress.isDirty()) {
            commits.put(partition, progress.toCommit());
          }
        });
    return commits;
  }

  void committed() {
    held.values().forEach(Progress::committed);
  }
}
