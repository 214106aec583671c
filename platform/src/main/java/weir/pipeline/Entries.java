package weir.pipeline;

import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.event.Event;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.event.Rejection;
import weir.event.Rejection.Reason;
import weir.log.Entry;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Topic;
import weir.log.Topics;
import weir.pipeline.RawRecord.Handed;

/// Makes what the pipeline appends: enriched events, dead letters and messages that wait.
final class Entries {

  /// How long a message waits for a missing reference, by try.
  private static final long[] DELAYS_MILLIS = {5_000, 30_000, 120_000};

  /// How often a message is tried again when a reference is missing.
  static final int TRIES = DELAYS_MILLIS.length;

  /// An enriched event and its header together stay below what the log takes in one record.
  static final int RECORD_BYTES_MAX = 900_000;

  static final Rejection TOO_LONG =
      new Rejection(
          Reason.INVALID, "the enriched event is longer than " + RECORD_BYTES_MAX + " bytes");

  private final Topics topics;
  private final PipelineTopics.OfTypes typeTopics;
  private final InstantSource clock;

  Entries(Topics topics, PipelineTopics.OfTypes typeTopics, InstantSource clock) {
    this.topics = topics;
    this.typeTopics = typeTopics;
    this.clock = clock;
  }

  /// An enriched event, on the partition that its raw message was on; empty when it is too long.
  ///
  /// @param trace the latest step of the message, when it is followed
  Optional<Entry> enriched(RawRecord raw, Event event, byte[] value, @Nullable String trace) {
    byte[] header = EventHeader.encode(event, raw.offset());
    if (value.length + header.length > RECORD_BYTES_MAX) {
      return Optional.empty();
    }
    Headers headers =
        new Headers().add(HeaderNames.EVENT_ID, event.id().value()).add(HeaderNames.EVENT, header);
    if (trace != null) {
      headers.add(HeaderNames.TRACE, trace);
    }
    Handed handed = raw.handed();
    if (handed != null) {
      headers.add(HeaderNames.HANDED, handed.toString());
    }
    return Optional.of(
        new Entry(
            topics.enriched(),
            raw.partition(),
            event.device().value(),
            raw.record().timestampMillis(),
            value,
            headers));
  }

  /// The same for the topic of the device type.
  Entry ofType(Entry enriched, String deviceType) {
    return new Entry(
        typeTopics.of(deviceType),
        enriched.partition(),
        enriched.key(),
        enriched.timestampMillis(),
        enriched.value(),
        enriched.headers());
  }

  Entry dead(RawRecord raw, String family, Rejection rejection) {
    Headers headers =
        raw.lastingHeaders()
            .add(HeaderNames.REASON, rejection.reason().name())
            .add(HeaderNames.DETAIL, rejection.detail())
            .add(HeaderNames.ORIGIN, raw.record().position().toString())
            .add(HeaderNames.FAMILY, family);
    return again(topics.dlq(), raw, headers);
  }

  /// A message that waits for a missing reference.
  Entry waiting(RawRecord raw, long epoch) {
    int tries = raw.attempt();
    long due = clock.millis() + DELAYS_MILLIS[tries];
    return handOver(raw, tries + 1, due, handed(tries + 1, raw, epoch));
  }

  /// An overtaken message, which gets a new place in the raw topic at once.
  Entry overtaken(RawRecord raw, long epoch) {
    Handed from = handed(Handed.OVERTAKEN, raw, epoch);
    return handOver(raw, raw.attempt(), clock.millis(), from);
  }

  private static Handed handed(int lane, RawRecord raw, long epoch) {
    return new Handed(lane, raw.partition(), raw.offset(), epoch);
  }

  private Entry handOver(RawRecord raw, int attempt, long dueMillis, Handed from) {
    Headers headers =
        raw.lastingHeaders()
            .add(HeaderNames.ATTEMPT, Integer.toString(attempt))
            .add(HeaderNames.DUE, Long.toString(dueMillis))
            .add(HeaderNames.HANDED, from.toString());
    return again(topics.retry(), raw, headers);
  }

  private static Entry again(Topic topic, RawRecord raw, Headers headers) {
    LogRecord record = raw.record();
    byte[] value = raw.message().payload();
    return new Entry(topic, Entry.BY_KEY, record.key(), record.timestampMillis(), value, headers);
  }

  Topic enrichedTopic() {
    return topics.enriched();
  }

  boolean isEnriched(Entry entry) {
    return entry.topic().equals(topics.enriched());
  }

  /// The row in which a reader expects the entry, in order of raw offsets; empty where order
  /// does not count.
  Optional<String> row(Entry entry, RawRecord raw) {
    if (isEnriched(entry)) {
      return Optional.of("enriched " + raw.partition());
    }
    if (entry.topic().equals(topics.retry())) {
      return Optional.of("retry " + Math.min(raw.attempt(), TRIES) + " " + raw.partition());
    }
    return Optional.empty();
  }
}
