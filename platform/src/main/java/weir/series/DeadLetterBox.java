package weir.series;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import weir.event.HeaderNames;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.Headers;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Position;
import weir.log.Topics;

/// Sets aside what the store refuses: the original message from the raw topic with the reason, or
/// the enriched one when the original is gone. Returns when the log has it.
final class DeadLetterBox {

  private static final Duration READ_LIMIT = Duration.ofSeconds(5);
  private static final long APPEND_SECONDS = 30;
  private static final int DETAIL_MAX = 1_000;

  private final EventLog log;
  private final Topics topics;

  DeadLetterBox(EventLog log, Topics topics) {
    this.log = log;
    this.topics = topics;
  }

  void put(List<Batch.Refused> refused) {
    List<CompletableFuture<Position>> appends = new ArrayList<>();
    for (Batch.Refused one : refused) {
      LogRecord message = original(one).orElse(one.record());
      appends.add(log.append(letter(message, one)));
    }
    for (CompletableFuture<Position> append : appends) {
      await(append);
    }
  }

  private static void await(CompletableFuture<Position> append) {
    try {
      append.get(APPEND_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogException("interrupted while setting aside", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new LogException("cannot set aside", e);
    }
  }

  private Entry letter(LogRecord message, Batch.Refused one) {
    Headers headers = new Headers();
    for (Headers.Header header : message.headers().entries()) {
      if (!header.name().equals(HeaderNames.EVENT)) {
        headers.add(header.name(), header.value());
      }
    }
    String detail = one.why().detail();
    headers
        .add(HeaderNames.REASON, one.why().reason().name())
        .add(HeaderNames.DETAIL, detail.substring(0, Math.min(detail.length(), DETAIL_MAX)))
        .add(HeaderNames.ORIGIN, message.position().toString())
        .add(HeaderNames.FAMILY, one.family());
    byte[] value = message.value() == null ? "".getBytes(StandardCharsets.UTF_8) : message.value();
    return new Entry(
        topics.dlq(), Entry.BY_KEY, message.key(), message.timestampMillis(), value, headers);
  }

  /// The raw message; empty when the log does not keep it any more.
  private Optional<LogRecord> original(Batch.Refused one) {
    Long offset = one.rawOffset();
    if (offset == null) {
      return Optional.empty();
    }
    Partition raw = new Partition(topics.raw(), one.record().position().partition().number());
    EventLog.OffsetRange kept = log.ranges(java.util.Set.of(topics.raw())).get(raw);
    if (kept == null || offset < kept.start() || offset >= kept.end()) {
      return Optional.empty();
    }
    try (EventLog.LogReader reader = log.reader()) {
      reader.seek(Map.of(raw, offset));
      return reader.poll(READ_LIMIT).stream()
          .filter(record -> record.position().offset() == offset)
          .findFirst();
    }
  }
}
