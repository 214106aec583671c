package weir.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.device.DeviceId;
import weir.event.Event;
import weir.event.EventHeader;
import weir.event.EventId;
import weir.event.EventKey;
import weir.event.HeaderNames;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.Groups;
import weir.log.Headers;
import weir.log.LogException;
import weir.log.Partition;
import weir.log.Topic;
import weir.log.Topics;
import weir.testkit.MemoryLog;

class AuditTest {

  private final MemoryLog log = new MemoryLog();
  private final Topics topics = Topics.defaults();
  private final List<EventKey> stored = new ArrayList<>();
  private final Audit audit = new Audit(log, topics, new Store(), new Books(log, topics));

  private final List<EventKey> written = new ArrayList<>();

  private final class Store implements Audit.Stored {
    @Override
    public void awaitWritten() {
      stored.addAll(written);
    }

    @Override
    public long count() {
      return stored.size();
    }

    @Override
    public void forEach(Consumer<EventKey> visitor) {
      stored.forEach(visitor);
    }

    @Override
    public boolean hasRetired() {
      return true;
    }

    @Override
    public boolean isRetired(String type, Instant time) {
      return time.equals(Instant.EPOCH);
    }
  }

  @BeforeEach
  void createTopics() {
    log.create(topics.specs(1, Duration.ofDays(1)));
  }

  @Test
  void findsNothingWhenEverythingIsThere() {
    append(topics.raw(), "a", "b", "a");
    append(topics.dlq(), "b");
    pipelinePassed(3, "aside.http=1;in.http=3;out.http=2");
    append(topics.enriched(), "a", "a");
    seriesPassed(2, "raw=2;stored.http=2");
    store("a");

    Audit.Report report = audit.run();

    assertThat(report.clean()).isTrue();
    assertThat(report.checked()).isEqualTo(3);
    assertThat(report.repeated()).isEqualTo(1);
    assertThat(report.setAside()).isEqualTo(1);
  }

  @Test
  void saysNothingWhenTheLogFallsSilent() {
    append(topics.raw(), "a");
    pipelinePassed(1, "in.http=1;aside.http=1");
    append(topics.dlq(), "a");
    assertThat(audit.run().clean()).isTrue();

    log.mute();

    assertThatThrownBy(audit::run).isInstanceOf(LogException.class);
  }

  @Test
  void namesWhatIsMissing() {
    append(topics.raw(), "a", "b");
    append(topics.enriched(), "a", "b");
    pipelinePassed(2, "in.http=2;out.http=2");
    seriesPassed(2, "raw=1;stored.http=2");
    store("a");

    Audit.Report report = audit.run();

    assertThat(report.clean()).isFalse();
    assertThat(report.missing()).isEqualTo(1);
    assertThat(report.examples()).containsExactly("b");
  }

  @Test
  void tellsWhatIsPastItsRetentionFromWhatIsMissing() {
    append(topics.raw(), "old", "new");
    log.append(new Entry(topics.raw(), 0, null, 0, new byte[0], idHeader("unkeyed"))).join();
    appendEnriched("old", Instant.EPOCH);
    appendEnriched("new", Instant.EPOCH.plusSeconds(1));
    appendEnriched("unkeyed", Instant.EPOCH);
    pipelinePassed(3, "in.http=3;out.http=3");
    seriesPassed(3, "raw=2;stored.http=3");

    Audit.Report report = audit.run();

    assertThat(report.retired()).isEqualTo(2);
    assertThat(report.missing()).isEqualTo(1);
    assertThat(report.examples()).containsExactly("new");
  }

  private void appendEnriched(String id, Instant time) {
    byte[] json = "{}".getBytes(StandardCharsets.UTF_8);
    Event event =
        new Event(
            new EventId(id),
            new DeviceId("k"),
            "t",
            "http",
            "telemetry",
            time,
            time,
            List.of(),
            json);
    Headers headers =
        new Headers()
            .add(HeaderNames.EVENT_ID, id)
            .add(HeaderNames.EVENT, EventHeader.encode(event, 0));
    log.append(new Entry(topics.enriched(), 0, "k", 0, json, headers)).join();
  }

  @Test
  void leavesWhatIsStillOnItsWayAlone() {
    append(topics.raw(), "a", "b", "c");
    append(topics.enriched(), "a", "b");
    pipelinePassed(2, "in.http=2;out.http=2");
    seriesPassed(1, "raw=0;stored.http=1");
    store("a");

    assertThat(audit.run().checked()).isEqualTo(1);
    assertThat(audit.run().clean()).isTrue();
  }

  @Test
  void waitsForWhatIsWrittenAndNotYetSeen() {
    append(topics.raw(), "a");
    append(topics.enriched(), "a");
    pipelinePassed(1, "in.http=1;out.http=1");
    seriesPassed(1, "raw=0;stored.http=1");
    written.add(key("a"));

    assertThat(audit.run().clean()).isTrue();
  }

  @Test
  void findsWhatIsStoredTwice() {
    store("a");
    store("a");

    assertThat(audit.run().storedTwice()).isEqualTo(1);
  }

  @Test
  void missesAnEventWhoseIdAnotherDeviceUsed() {
    append(topics.raw(), "a");
    log.append(new Entry(topics.raw(), 0, "other", 0, new byte[0], idHeader("a"))).join();
    log.append(new Entry(topics.raw(), 0, null, 0, new byte[0], idHeader("a"))).join();
    append(topics.enriched(), "a", "a", "a");
    pipelinePassed(3, "in.http=3;out.http=3");
    seriesPassed(3, "raw=2;stored.http=3");
    store("a");

    Audit.Report report = audit.run();

    assertThat(report.missing()).isEqualTo(1);
    assertThat(report.stored()).isEqualTo(1);
  }

  private static Headers idHeader(String id) {
    return new Headers().add(HeaderNames.EVENT_ID, id);
  }

  private void store(String id) {
    stored.add(key(id));
  }

  private static EventKey key(String id) {
    return new EventKey("k", new EventId(id).uuid());
  }

  private void append(Topic topic, String... ids) {
    for (String id : ids) {
      log.append(new Entry(topic, 0, "k", 0, new byte[0], idHeader(id))).join();
    }
  }

  private void pipelinePassed(long offset, String note) {
    commit(Groups.PIPELINE, topics.raw(), offset, note);
  }

  private void seriesPassed(long offset, String note) {
    commit(Groups.SERIES, topics.enriched(), offset, note);
  }

  private void commit(String group, Topic topic, long offset, String note) {
    try (EventLog.Subscription member = log.join(group, Set.of(topic))) {
      member.poll(Duration.ofMillis(1));
      member.commit(Map.of(new Partition(topic, 0), new EventLog.Committed(offset, note)));
    }
  }
}
