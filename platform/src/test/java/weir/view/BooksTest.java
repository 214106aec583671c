package weir.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.Groups;
import weir.log.Headers;
import weir.log.Partition;
import weir.log.Topic;
import weir.log.Topics;
import weir.testkit.MemoryLog;

class BooksTest {

  private final MemoryLog log = new MemoryLog();
  private final Topics topics = Topics.defaults();
  private final Books books = new Books(log, topics);

  @BeforeEach
  void createTopics() {
    log.create(topics.specs(1, Duration.ofDays(1)));
  }

  @Test
  void countsWhatNobodyReadYetAsWaiting() {
    append(topics.raw(), 3);

    Books.Sheet sheet = books.sheet();

    assertThat(sheet.total()).isEqualTo(new Books.Line("total", 3, 0, 0, 3));
    assertThat(sheet.balanced()).isTrue();
  }

  @Test
  void addsUpAcceptedStoredSetAsideAndWaiting() {
    append(topics.raw(), 10);
    append(topics.enriched(), 7);
    commit(
        Groups.PIPELINE,
        topics.raw(),
        9,
        "aside.energy=1;aside.unknown=1;in.energy=8;in.unknown=1;out.energy=7");
    commit(Groups.SERIES, topics.enriched(), 5, "raw=5;stored.energy=5");

    Books.Sheet sheet = books.sheet();

    assertThat(sheet.findings()).isEmpty();
    assertThat(sheet.families())
        .containsExactly(
            new Books.Line("energy", 8, 5, 1, 2), new Books.Line("unknown", 1, 0, 1, 0));
    assertThat(sheet.total()).isEqualTo(new Books.Line("total", 10, 5, 2, 3));
  }

  @Test
  void movesAReplayedLetterFromSetAsideToStored() {
    append(topics.raw(), 2);
    append(topics.enriched(), 1);
    commit(Groups.PIPELINE, topics.raw(), 2, "again.http=1;aside.http=1;in.http=1;out.http=1");
    commit(Groups.SERIES, topics.enriched(), 1, "raw=1;stored.http=1");

    assertThat(books.sheet().families()).containsExactly(new Books.Line("http", 1, 1, 0, 0));
    assertThat(books.sheet().balanced()).isTrue();
  }

  @Test
  void findsAMessageThatTheSeriesWriterSkipped() {
    append(topics.raw(), 2);
    append(topics.enriched(), 2);
    commit(Groups.PIPELINE, topics.raw(), 2, "in.http=2;out.http=2");
    commit(Groups.SERIES, topics.enriched(), 2, "raw=1;stored.http=1");

    assertThat(books.sheet().findings())
        .anySatisfy(
            finding -> assertThat(finding).contains("passed 2 enriched messages and counted 1"))
        .anySatisfy(finding -> assertThat(finding).contains("1 enriched messages are neither"));
  }

  @Test
  void findsAMessageThatThePipelineDropped() {
    append(topics.raw(), 2);
    commit(Groups.PIPELINE, topics.raw(), 2, "in.http=2;out.http=1");

    assertThat(books.sheet().balanced()).isFalse();
  }

  private void append(Topic topic, int count) {
    for (int i = 0; i < count; i++) {
      log.append(new Entry(topic, 0, "k", 0, new byte[0], new Headers())).join();
    }
  }

  private void commit(String group, Topic topic, long offset, String note) {
    try (EventLog.Subscription member = log.join(group, Set.of(topic))) {
      member.poll(Duration.ofMillis(1));
      member.commit(Map.of(new Partition(topic, 0), new EventLog.Committed(offset, note)));
    }
  }
}
