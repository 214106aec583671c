package weir.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import weir.log.EventLog;
import weir.log.EventLog.OffsetRange;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Position;
import weir.log.Topic;

class ScanTest {

  private static final Partition PARTITION = new Partition(new Topic("some.topic"), 0);

  /// A compacted partition: of its ten records those at 3 and 4 are gone.
  private static final List<Long> LEFT = List.of(0L, 1L, 2L, 5L, 6L, 7L, 8L, 9L);

  private static final class Compacted implements EventLog.LogReader {

    private long next;

    @Override
    public void seek(Map<Partition, Long> offsets) {
      next = offsets.getOrDefault(PARTITION, 0L);
    }

    @Override
    public void seekToTime(Set<Partition> partitions, long timestampMillis) {
      next = 0;
    }

    @Override
    public List<LogRecord> poll(Duration wait) {
      List<LogRecord> records =
          LEFT.stream()
              .filter(offset -> offset >= next)
              .limit(2)
              .map(
                  offset ->
                      new LogRecord(
                          new Position(PARTITION, offset), "key", 0, new byte[0], new Headers()))
              .toList();
      next = records.isEmpty() ? next : records.getLast().position().offset() + 1;
      return records;
    }

    @Override
    public void close() {}
  }

  private static List<Long> read(long start, long end) {
    List<Long> offsets = new ArrayList<>();
    boolean whole =
        Scan.all(
            new Compacted(),
            Map.of(PARTITION, new OffsetRange(start, end)),
            record -> offsets.add(record.position().offset()));
    assertThat(whole).isTrue();
    return offsets;
  }

  @Test
  void showsNothingBehindARangeWhoseLastRecordWasCompactedAway() {
    assertThat(read(0, 4)).containsExactly(0L, 1L, 2L);
    assertThat(read(4, 8)).containsExactly(5L, 6L, 7L);
    assertThat(read(3, 5)).isEmpty();
  }

  @Test
  void saysWhetherItCameToTheEnd() {
    boolean whole =
        Scan.all(new Compacted(), Map.of(PARTITION, new OffsetRange(8, 20)), record -> {});

    assertThat(whole).isFalse();
  }
}
