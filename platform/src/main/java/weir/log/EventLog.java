package weir.log;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The durable, replayable log that everything goes through. Safe for use by many threads.
///
/// An append is durable when its callback says so: written by every in-sync replica
/// (`acks=all`). That survives the death of any process; on one node it does not survive a
/// power cut, because Kafka does not fsync per record.
public interface EventLog extends AutoCloseable {

  /// Told once: the append is durable, or it failed. Runs on a thread of the log that must
  /// not be blocked, or on the caller's when the append is refused at once.
  @FunctionalInterface
  interface Appended {
    void done(@Nullable Position position, @Nullable LogException failure);
  }

  /// Makes sure the topics exist; returns when they can be written. Existing topics keep
  /// their partitions; a log inside this process takes over their new retention, a cluster
  /// is left alone.
  ///
  /// @throws LogException when an existing topic has another number of partitions
  void create(Collection<TopicSpec> topics);

  /// Queues an entry and returns; entries of one key are appended in the order of the calls.
  ///
  /// Never waits for long: when the log's own buffer is full the callback gets a failure.
  /// Callers bound what they have in flight.
  void append(Entry entry, Appended callback);

  /// As [#append(Entry, Appended)], for callers that collect futures.
  default CompletableFuture<Position> append(Entry entry) {
    CompletableFuture<Position> result = new CompletableFuture<>();
    append(
        entry,
        (position, failure) -> {
          if (position != null) {
            result.complete(position);
          } else {
            result.completeExceptionally(failure);
          }
        });
    return result;
  }

  /// Joins a consumer group: the partitions of the topics are shared among its members, and
  /// work starts where the group last committed, or at the oldest record.
  Subscription join(String group, Set<Topic> topics);

  /// A reader outside any group, for browsing, audits and tools; starts nowhere until told.
  LogReader reader();

  /// First and next offset of every partition of the topics; topics that do not exist are
  /// left out.
  Map<Partition, OffsetRange> ranges(Set<Topic> topics);

  /// The first offset of every partition of the topics whose record is of this time or
  /// later; the next offset where there is none.
  Map<Partition, Long> offsetsAt(Set<Topic> topics, long timestampMillis);

  /// What a group last committed, by partition.
  Map<Partition, Committed> committed(String group);

  Set<Topic> topics();

  /// The names of the groups that have committed something or have members.
  Set<String> groups();

  /// How topics are kept, and what they take on disk; those of which the log does not tell are
  /// left out.
  default Map<Topic, Kept> kept(Set<Topic> topics) {
    return Map.of();
  }

  /// Who is in groups now; those of which the log does not tell are left out.
  default Map<String, List<Member>> members(Set<String> groups) {
    return Map.of();
  }

  /// Who reads in a group.
  ///
  /// @param client what it calls itself
  /// @param host where it is, as the log sees it
  /// @param partitions what it reads, in order
  record Member(String client, String host, List<Partition> partitions) {
    public Member {
      partitions = List.copyOf(partitions);
    }
  }

  /// How a topic is kept.
  ///
  /// @param policy what is removed: `delete` (the old), `compact` (what has a newer record), or
  ///     both, with a comma
  /// @param retention how long a record is kept; null when its age does not count
  /// @param bytes on disk, all copies together; null when the log does not tell
  record Kept(String policy, @Nullable Duration retention, @Nullable Long bytes) {}

  /// The records that exist: from `start` up to but not including `end`.
  record OffsetRange(long start, long end) {}

  /// A committed position: the next offset to read, and the note that was committed with it.
  record Committed(long offset, String note) {}

  /// A member of a consumer group. Owned by one thread.
  interface Subscription extends AutoCloseable {

    /// The next records in order within each partition; empty when none came in time.
    List<LogRecord> poll(Duration wait);

    /// Commits that everything before these offsets is done. Returns when the log has it.
    ///
    /// The note travels with the offset, atomically: at most 4 KB of text, read back by
    /// [EventLog#committed] and [#assigned].
    ///
    /// @throws LogException when a partition is not held any more, or the log did not take it
    void commit(Map<Partition, Committed> positions);

    /// The partitions that this member holds now, with what was last committed for each: as
    /// after the latest poll or commit. Offset 0 and an empty note where nothing was
    /// committed.
    Map<Partition, Committed> assigned();

    /// Makes the next poll go back to the last committed position of every partition held,
    /// so that the batch is read again.
    void rewind();

    @Override
    void close();
  }

  /// Reads at will. Owned by one thread.
  interface LogReader extends AutoCloseable {

    /// Starts at these offsets and reads the partitions named, no others.
    void seek(Map<Partition, Long> offsets);

    /// Starts at the first record of each partition whose timestamp is at or after the time.
    void seekToTime(Set<Partition> partitions, long timestampMillis);

    List<LogRecord> poll(Duration wait);

    @Override
    void close();
  }

  @Override
  void close();
}
