package weir.pipeline;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weir.log.EventLog;
import weir.log.EventLog.Committed;
import weir.log.Partition;

/// How far each partition is that a worker holds. Starts from what the log has committed, and goes
/// back to that whenever the log does. Owned by one worker.
final class ProgressMap {

  private static final Committed FROM_THE_START = new Committed(0, "");

  private final EventLog log;
  private final String group;
  private final Map<Partition, Progress> held = new HashMap<>();

  ProgressMap(EventLog log, String group) {
    this.log = log;
    this.group = group;
  }

  Progress of(Partition partition) {
    return held.computeIfAbsent(partition, this::fromLog);
  }

  @Nullable Progress ifHeld(Partition partition) {
    return held.get(partition);
  }

  private Progress fromLog(Partition partition) {
    return new Progress(log.committed(group).getOrDefault(partition, FROM_THE_START));
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
