package weir.series;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The figures behind [WriterHealth]; changed by the writer's thread, read by any.
final class WriterFigures {

  private volatile WriterHealth health = new WriterHealth(0, 0, 0, 0, 0, 0, null, 0, null, "");

  void wrote(
      int events,
      long readings,
      int repeats,
      List<Batch.Refused> refused,
      long newestMillis,
      Instant now) {
    WriterHealth was = health;
    health =
        new WriterHealth(
            was.events() + events,
            was.readings() + readings,
            was.repeats() + repeats,
            was.setAside() + refused.size(),
            was.batches() + 1,
            events,
            now,
            Math.max(was.lastReceivedMillis(), newestMillis),
            null,
            "");
  }

  void stuck(Instant now, String trouble) {
    WriterHealth was = health;
    replaceTrouble(was, was.stuckSince() == null ? now : was.stuckSince(), trouble);
  }

  void recovered() {
    replaceTrouble(health, null, "");
  }

  private void replaceTrouble(WriterHealth was, @Nullable Instant since, String trouble) {
    health =
        new WriterHealth(
            was.events(),
            was.readings(),
            was.repeats(),
            was.setAside(),
            was.batches(),
            was.lastBatch(),
            was.lastWriteAt(),
            was.lastReceivedMillis(),
            since,
            trouble);
  }

  WriterHealth health() {
    return health;
  }
}
