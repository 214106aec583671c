package weir.subscriber;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import weir.event.HeaderNames;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Position;
import weir.log.Topic;

class MemoryIndexTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void doesNotLookIntoWhatNobodyWants() {
    Selector fridge = Selector.ofDevice("fridge");
    MemoryIndex index = new MemoryIndex();
    index.put(
        List.of(
            new Kept(
                new Subscription(
                    fridge.subscriptionOf("app"),
                    "app",
                    fridge,
                    START,
                    START.plus(Duration.ofHours(1)),
                    null,
                    null),
                START)));
    LogRecord unreadable =
        new LogRecord(
            new Position(new Partition(new Topic("iot.enriched"), 0), 7),
            "other",
            0,
            new byte[] {1},
            new Headers().add(HeaderNames.EVENT, new byte[] {99}));
    assertThat(index.match(unreadable)).isNull();
  }
}
