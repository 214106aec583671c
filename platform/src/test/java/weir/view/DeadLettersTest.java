package weir.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.event.HeaderNames;
import weir.log.Entry;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Topics;
import weir.testkit.MemoryLog;
import weir.view.topic.Cursor;

class DeadLettersTest {

  private final MemoryLog log = new MemoryLog();
  private final Topics topics = Topics.defaults();
  private final DeadLetters letters = new DeadLetters(log, topics);

  @BeforeEach
  void createTopics() {
    log.create(topics.specs(1, Duration.ofDays(1)));
  }

  @Test
  void listsTheNewestFirst() {
    setAside("a", "UNREADABLE");
    setAside("b", "INVALID");
    setAside("c", "INVALID");

    assertThat(ids(letters.list(letter -> true, Map.of(), 2))).containsExactly("c", "b");
    assertThat(ids(letters.list(letter -> letter.reason().equals("UNREADABLE"), Map.of(), 2)))
        .containsExactly("a");
  }

  @Test
  void replaysTheOriginalBytesUnderTheSameId() {
    setAside("a", "INVALID");

    assertThat(letters.replay(letter -> true, 10)).containsExactly("0-0");

    LogRecord again = log.records(topics.raw()).getFirst();
    assertThat(again.headers().text(HeaderNames.EVENT_ID)).contains("a");
    assertThat(again.headers().text(HeaderNames.REPLAY_OF)).contains("0-0");
    assertThat(again.headers().text(HeaderNames.PATH)).contains("iot/x/raw");
    assertThat(new String(again.value(), StandardCharsets.UTF_8)).isEqualTo("bytes of a");
    assertThat(again.key()).isEqualTo("device-1");
  }

  @Test
  void replaysALetterOnce() {
    setAside("a", "INVALID");
    letters.replay(letter -> true, 10);

    assertThat(letters.replay(letter -> true, 10)).isEmpty();
    assertThat(letters.find("0-0"))
        .hasValueSatisfying(letter -> assertThat(letter.replayed()).isTrue());
    assertThat(log.records(topics.raw())).hasSize(1);
  }

  @Test
  void marksEveryParcelOfALongReplayBeforeItSendsTheNext() {
    byte[] large = new byte[DeadLetters.PARCEL_BYTES_MAX / 2];
    for (int i = 0; i < 5; i++) {
      setAside("letter-" + i, "INVALID", large);
    }
    log.hold();
    Thread replay = Thread.ofVirtual().start(() -> letters.replay(letter -> true, 4));

    for (int parcel = 0; parcel < 2; parcel++) {
      Awaitility.await().until(() -> log.heldCount() == 2);
      log.release(2);
      Awaitility.await().until(() -> log.heldCount() == 2);
      assertThat(log.records(topics.raw())).hasSize(2 * (parcel + 1));
      log.release(2);
    }
    Awaitility.await().until(() -> !replay.isAlive());
    log.release();
    assertThat(letters.count(letter -> letter.replayed())).isEqualTo(4);
  }

  @Test
  void pagesGoOnWhereTheOneBeforeEnded() {
    for (int i = 0; i < 5; i++) {
      setAside("letter-" + i, "INVALID");
    }
    DeadLetters.Page first = letters.list(letter -> true, Map.of(), 2);
    DeadLetters.Page second =
        letters.list(letter -> true, Cursor.parse(first.next()).orElseThrow(), 2);
    DeadLetters.Page last =
        letters.list(letter -> true, Cursor.parse(second.next()).orElseThrow(), 2);

    assertThat(ids(second)).containsExactly("letter-2", "letter-1");
    assertThat(ids(last)).containsExactly("letter-0");
    assertThat(last.next()).isEmpty();
  }

  @Test
  void countsWhatAReplayWouldSend() {
    setAside("a", "INVALID");
    setAside("b", "INVALID");
    letters.replay(letter -> letter.eventId().equals("a"), 10);

    assertThat(letters.count(letter -> !letter.replayed())).isEqualTo(1);
  }

  private static List<String> ids(DeadLetters.Page page) {
    return page.letters().stream().map(DeadLetters.Letter::eventId).toList();
  }

  private void setAside(String id, String reason) {
    setAside(id, reason, ("bytes of " + id).getBytes(StandardCharsets.UTF_8));
  }

  private void setAside(String id, String reason, byte[] payload) {
    Headers headers =
        new Headers()
            .add(HeaderNames.EVENT_ID, id)
            .add(HeaderNames.DOOR, "mqtt")
            .add(HeaderNames.PATH, "iot/x/raw")
            .add(HeaderNames.REASON, reason)
            .add(HeaderNames.DETAIL, "why");
    log.append(new Entry(topics.dlq(), Entry.BY_KEY, "device-1", 1, payload, headers)).join();
  }
}
