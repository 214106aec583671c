package weir.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import weir.log.EventLog.Committed;
import weir.log.EventLog.Subscription;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;

/// A consumer group of a [MemoryLog]: shares partitions among its members, one after another, and
/// keeps what they committed. All state is guarded by the log.
final class MemoryGroup {

  private static final int NOTE_LENGTH_MAX = 4_096;

  private final MemoryLog log;
  private final List<Member> members = new ArrayList<>();
  private final Map<Partition, Committed> committed = new TreeMap<>();

  MemoryGroup(MemoryLog log) {
    this.log = log;
  }

  Subscription join(Set<Topic> topics) {
    Member member = new Member(topics);
    members.add(member);
    rebalance();
    return member;
  }

  Map<Partition, Committed> committed() {
    return new TreeMap<>(committed);
  }

  void rebalance() {
    Set<Topic> wanted = new HashSet<>();
    members.forEach(member -> wanted.addAll(member.topics));
    Map<Member, Set<Partition>> shares = new HashMap<>();
    int turn = 0;
    for (Partition partition : log.partitions(wanted)) {
      List<Member> takers =
          members.stream().filter(member -> member.topics.contains(partition.topic())).toList();
      Member taker = takers.get(turn++ % takers.size());
      shares.computeIfAbsent(taker, any -> new TreeSet<>()).add(partition);
    }
    members.forEach(member -> member.assign(shares.getOrDefault(member, Set.of())));
  }

  private static void checkNote(Committed position) {
    if (position.note().length() > NOTE_LENGTH_MAX) {
      throw new LogException("note of " + position.note().length() + " characters");
    }
  }

  private final class Member implements Subscription {

    private final Set<Topic> topics;
    private final Map<Partition, Long> cursor = new TreeMap<>();

    Member(Set<Topic> topics) {
      this.topics = Set.copyOf(topics);
    }

    private void assign(Set<Partition> share) {
      if (!cursor.keySet().equals(share)) {
        cursor.keySet().retainAll(share);
        share.forEach(partition -> cursor.putIfAbsent(partition, start(partition)));
      }
    }

    private long start(Partition partition) {
      Committed last = committed.get(partition);
      return last == null ? 0 : last.offset();
    }

    @Override
    public List<LogRecord> poll(Duration wait) {
      return log.take(() -> cursor, wait);
    }

    @Override
    public void commit(Map<Partition, Committed> positions) {
      synchronized (log) {
        if (!cursor.keySet().containsAll(positions.keySet())) {
          throw new LogException("commit of a partition that is not held: " + positions.keySet());
        }
        positions.values().forEach(MemoryGroup::checkNote);
        committed.putAll(positions);
      }
    }

    @Override
    public Map<Partition, Committed> assigned() {
      synchronized (log) {
        Map<Partition, Committed> assigned = new TreeMap<>();
        for (Partition partition : cursor.keySet()) {
          assigned.put(partition, committed.getOrDefault(partition, new Committed(0, "")));
        }
        return assigned;
      }
    }

    @Override
    public void rewind() {
      synchronized (log) {
        cursor.replaceAll((partition, offset) -> start(partition));
      }
    }

    @Override
    public void close() {
      synchronized (log) {
        cursor.clear();
        members.remove(this);
        rebalance();
        log.notifyAll();
      }
    }
  }
}
