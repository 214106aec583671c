package weir.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.event.HeaderNames;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.EventLog.Committed;
import weir.log.Groups;
import weir.log.Headers;
import weir.log.Patience;
import weir.log.Tally;
import weir.log.Topic;
import weir.log.Topics;
import weir.log.kafka.EmbeddedBroker;
import weir.log.kafka.KafkaLog;
import weir.log.kafka.KafkaSettings;
import weir.testkit.MemoryDirectory;
import weir.trace.Traces;

/// The pipeline over a real broker: two threads share the partitions, and a second life goes
/// on where the first one ended.
class PipelineOnKafkaTest {

  private static final Topics TOPICS = Topics.defaults();
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration SOON = Duration.ofSeconds(40);
  private static final int PARTITIONS = 4;
  private static final int MESSAGES = 500;

  @TempDir private Path folder;
  private final MemoryDirectory directory = new MemoryDirectory();

  @Test
  void goesOnWhereItsPredecessorEnded() {
    KafkaSettings settings = KafkaSettings.defaults().withPort(0);
    try (EmbeddedBroker broker = new EmbeddedBroker(folder, settings);
        EventLog log = new KafkaLog(broker, settings, Patience.LASTING)) {
      log.create(TOPICS.specs(PARTITIONS, DAY));
      live(log, 1);
      live(log, 2);

      assertThat(end(log, TOPICS.enriched())).isEqualTo(2 * MESSAGES);
      assertThat(end(log, new Topic("iot.hvac.enriched"))).isEqualTo(2 * MESSAGES);
      assertThat(books(log).get("in.energy")).isEqualTo(2 * MESSAGES);
    }
  }

  private void live(EventLog log, int life) {
    try (Pipeline pipeline =
        new Pipeline(
            log,
            new PipelineTopics(TOPICS, PARTITIONS, DAY),
            Dialects.builtIn(),
            directory,
            Applications.none(),
            withThreads(2),
            InstantSource.system(),
            Traces.off())) {
      pipeline.start();
      CompletableFuture.allOf(
              IntStream.range(0, MESSAGES)
                  .mapToObj(i -> log.append(message(life, i)))
                  .toArray(CompletableFuture[]::new))
          .join();
      await().atMost(SOON).until(() -> books(log).get("out.energy") == (long) life * MESSAGES);
    }
  }

  private static PipelineSettings withThreads(int threads) {
    PipelineSettings standard = PipelineSettings.defaults();
    return new PipelineSettings(
        threads,
        standard.unknownDevices(),
        standard.unknownTypes(),
        standard.typesRegisteredMax(),
        standard.oddTimes(),
        standard.timeAheadMax(),
        standard.commitInterval(),
        standard.failuresPerMinuteMax(),
        standard.dialects());
  }

  private static Entry message(int life, int number) {
    String device = "hvac-" + number % 20;
    Headers headers =
        new Headers()
            .add(HeaderNames.EVENT_ID, "e-" + life + "-" + number)
            .add(HeaderNames.DOOR, "mqtt")
            .add(HeaderNames.PATH, "energy/devices/" + device + "/data")
            .add(HeaderNames.QOS, "1");
    byte[] value = ("{\"power\":" + number + "}").getBytes(UTF_8);
    return new Entry(
        TOPICS.raw(), Entry.BY_KEY, device, System.currentTimeMillis(), value, headers);
  }

  private static long end(EventLog log, Topic topic) {
    return log.ranges(Set.of(topic)).values().stream().mapToLong(EventLog.OffsetRange::end).sum();
  }

  private static Tally books(EventLog log) {
    Tally books = new Tally();
    for (Committed committed : log.committed(Groups.PIPELINE).values()) {
      books.add(Tally.parse(committed.note()));
    }
    return books;
  }
}
