package weir.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.event.Rejection.Reason;
import weir.log.Entry;
import weir.log.EventLog.Committed;
import weir.log.Groups;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Tally;
import weir.log.Topic;
import weir.log.Topics;
import weir.testkit.LogRecords;
import weir.testkit.MemoryDirectory;
import weir.testkit.MemoryLog;
import weir.trace.Traces;

class PipelineTest {

  private static final Topics TOPICS = Topics.defaults();
  private static final Duration DAY = Duration.ofDays(1);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final MemoryLog log = new MemoryLog();
  private final MemoryDirectory directory = new MemoryDirectory();
  private final Pipeline pipeline =
      new Pipeline(
          log,
          new PipelineTopics(TOPICS, 2, DAY),
          Dialects.builtIn(),
          directory,
          Applications.none(),
          PipelineSettings.defaults(),
          InstantSource.system(),
          Traces.off());

  @BeforeEach
  void start() {
    log.create(TOPICS.specs(2, DAY));
    pipeline.start();
  }

  @AfterEach
  void close() {
    pipeline.close();
    log.close();
  }

  @Test
  void writesAnEventWithItsHeaderToBothTopics() throws Exception {
    append("e1", "energy/devices/mock-hvac-001/data", "mock-hvac-001", "{\"power\":25.1}");

    await().until(() -> log.records(TOPICS.enriched()).size() == 1);
    LogRecord enriched = log.records(TOPICS.enriched()).getFirst();
    EventHeader.Decoded decoded = LogRecords.event(enriched);
    assertThat(decoded.event().type()).isEqualTo("hvac");
    assertThat(decoded.event().readings()).hasSize(1);
    JsonNode json = JSON.readTree(LogRecords.value(enriched));
    assertThat(json.path("power").asDouble()).isEqualTo(25.1);
    assertThat(json.path("enrichment_info").path("device_type_detected").asText())
        .isEqualTo("hvac");
    await().until(() -> log.records(new Topic("iot.hvac.enriched")).size() == 1);
    await().untilAsserted(() -> assertThat(note().get("out.energy")).isEqualTo(1));
  }

  @Test
  void setsAsideWithBytesAndReason() {
    append("e2", "no/such/topic", "d", "what");

    await().until(() -> log.records(TOPICS.dlq()).size() == 1);
    LogRecord dead = log.records(TOPICS.dlq()).getFirst();
    assertThat(dead.value()).isEqualTo("what".getBytes(UTF_8));
    assertThat(dead.headers().text(HeaderNames.REASON)).hasValue("UNKNOWN_TOPIC");
    assertThat(dead.headers().text(HeaderNames.EVENT_ID)).hasValue("e2");
    assertThat(dead.headers().text(HeaderNames.ORIGIN).orElseThrow()).startsWith("iot.raw-");
    assertThat(pipeline.health().setAside()).containsEntry(Reason.UNKNOWN_TOPIC, 1L);
    await().untilAsserted(() -> assertThat(note().get("aside.unknown")).isEqualTo(1));
  }

  private void append(String id, String topic, String key, String payload) {
    Headers headers =
        new Headers()
            .add(HeaderNames.EVENT_ID, id)
            .add(HeaderNames.DOOR, "mqtt")
            .add(HeaderNames.PATH, topic)
            .add(HeaderNames.QOS, "1");
    log.append(
            new Entry(
                TOPICS.raw(),
                Entry.BY_KEY,
                key,
                System.currentTimeMillis(),
                payload.getBytes(UTF_8),
                headers))
        .join();
  }

  private Tally note() {
    Tally tally = new Tally();
    Map<Partition, Committed> committed = log.committed(Groups.PIPELINE);
    for (Committed one : List.copyOf(committed.values())) {
      tally.add(Tally.parse(one.note()));
    }
    return tally;
  }
}
