package weir.view.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.log.Entry;
import weir.log.EventLog.OffsetRange;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;
import weir.log.TopicSpec;
import weir.testkit.MemoryLog;

class TopicBrowserTest {

  private static final Topic TOPIC = new Topic("some.topic");
  private static final RecordSearch ALL = search("");

  private final MemoryLog log = new MemoryLog();
  private final TopicBrowser browser = new TopicBrowser(log, System::nanoTime);

  @BeforeEach
  void fill() {
    log.create(List.of(new TopicSpec(TOPIC, 3, TopicSpec.Cleanup.DELETE, Duration.ofDays(1))));
    for (int i = 0; i < 100; i++) {
      log.append(
              new Entry(
                  TOPIC,
                  i % 3,
                  "device-" + i,
                  1_000 + i,
                  ("value " + i).getBytes(StandardCharsets.UTF_8),
                  new Headers().add("trace", "t" + i)))
          .join();
    }
  }

  @AfterEach
  void close() {
    log.close();
  }

  private static RecordSearch search(String text) {
    return new RecordSearch(text, EnumSet.allOf(RecordSearch.Place.class), null);
  }

  private static List<String> keys(List<LogRecord> records) {
    return records.stream().map(record -> String.valueOf(record.key())).toList();
  }

  @Test
  void pagesBackwardsThroughEverythingOnce() {
    List<String> seen = new ArrayList<>();
    Map<Partition, OffsetRange> ranges = browser.ranges(TOPIC);
    while (!ranges.isEmpty()) {
      TopicBrowser.Page page = browser.backward(ranges, ALL, 7);
      seen.addAll(keys(page.records()));
      Map<Partition, OffsetRange> rest = new HashMap<>();
      page.next().forEach((partition, offset) -> rest.put(partition, new OffsetRange(0, offset)));
      ranges = rest;
    }

    assertThat(seen).hasSize(100).doesNotHaveDuplicates();
    assertThat(seen.getFirst()).isEqualTo("device-99");
    assertThat(seen.getLast()).isEqualTo("device-0");
  }

  @Test
  void pagesForwardsThroughEverythingOnce() {
    List<String> seen = new ArrayList<>();
    Map<Partition, OffsetRange> ranges = browser.ranges(TOPIC);
    while (!ranges.isEmpty()) {
      TopicBrowser.Page page = browser.forward(ranges, ALL, 9);
      seen.addAll(keys(page.records()));
      Map<Partition, OffsetRange> rest = new HashMap<>();
      ranges.forEach(
          (partition, range) -> {
            Long next = page.next().get(partition);
            if (next != null) {
              rest.put(partition, new OffsetRange(next, range.end()));
            }
          });
      ranges = rest;
    }

    assertThat(seen).hasSize(100).doesNotHaveDuplicates();
    assertThat(seen.getFirst()).isEqualTo("device-0");
    assertThat(seen.getLast()).isEqualTo("device-99");
  }

  @Test
  void findsATextInKeyHeaderAndValue() {
    Map<Partition, OffsetRange> ranges = browser.ranges(TOPIC);

    assertThat(keys(browser.backward(ranges, search("VALUE 42"), 10).records()))
        .containsExactly("device-42");
    assertThat(keys(browser.backward(ranges, search("t17"), 10).records()))
        .containsExactly("device-17");
    RecordSearch keysOnly = new RecordSearch("42", EnumSet.of(RecordSearch.Place.KEY), null);
    assertThat(browser.backward(ranges, keysOnly, 10).records()).hasSize(1);
    RecordSearch exact = new RecordSearch("", EnumSet.allOf(RecordSearch.Place.class), "device-4");
    assertThat(keys(browser.backward(ranges, exact, 10).records())).containsExactly("device-4");
    assertThat(browser.backward(ranges, search("nowhere"), 10).scanned()).isEqualTo(100);
  }

  @Test
  void startsAtATime() {
    Map<Partition, OffsetRange> later = browser.since(browser.ranges(TOPIC), 1_090);

    assertThat(keys(browser.forward(later, ALL, 50).records())).hasSize(10).startsWith("device-90");
  }

  @Test
  void showsOneRecord() {
    assertThat(browser.record(new Partition(TOPIC, 1), 2).map(LogRecord::key)).contains("device-7");
    assertThat(browser.record(new Partition(TOPIC, 1), 2_000)).isEmpty();
  }

  @Test
  void aTailTellsHowManyItSkipped() {
    try (Tail tail = new Tail(log, TOPIC)) {
      assertThat(tail.read(10).records()).isEmpty();
      for (int i = 0; i < 50; i++) {
        log.append(new Entry(TOPIC, 0, "new-" + i, 5_000 + i, new byte[0], new Headers())).join();
      }

      Tail.Read read = tail.read(30);

      assertThat(read.records()).hasSize(10);
      assertThat(read.skipped()).isEqualTo(40);
      assertThat(read.records().getLast().key()).isEqualTo("new-49");
      assertThat(tail.read(30).records()).isEmpty();
    }
  }
}
