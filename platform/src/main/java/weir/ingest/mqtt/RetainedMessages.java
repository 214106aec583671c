package weir.ingest.mqtt;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DeviceId;
import weir.ingest.mqtt.packet.Message;
import weir.ingest.mqtt.packet.TopicName;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.EventLog.LogReader;
import weir.log.EventLog.OffsetRange;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;
import weir.log.TopicSpec;

/// The last retained message of each topic (section 3.3.1.3): in memory, and in a compacted log
/// topic from which they are read again at the start.
///
/// Bounded in number, in bytes and for each device. What the platform itself retains does not
/// count: it is bounded by the number of registered devices. Changed under a lock, read by any
/// thread.
final class RetainedMessages {

  private static final Logger logger = LoggerFactory.getLogger(RetainedMessages.class);
  private static final Duration POLL_WAIT = Duration.ofMillis(200);
  private static final String QOS = "qos";
  private static final String OWNER = "owner";
  private static final String PLATFORM = "platform";
  private static final String EXPIRES_AT = "expires-at";
  private static final String PROPERTIES = "properties";
  private static final int OVERHEAD_BYTES = 256;

  /// @param owner the device whose topic it is
  /// @param expiresAtMillis or [Long#MAX_VALUE]
  /// @param counts whether it counts against the limits
  record Kept(Message message, @Nullable DeviceId owner, long expiresAtMillis, boolean counts) {
    int cost() {
      return message.payload().length
          + message.properties().length
          + message.topic().byteCount()
          + OVERHEAD_BYTES;
    }
  }

  private final EventLog log;
  private final Topic topic;
  private final MqttSettings settings;
  private final InstantSource clock;
  private final Counters counters;
  private final ConcurrentSkipListMap<String, Kept> byTopic = new ConcurrentSkipListMap<>();
  private final Map<DeviceId, Integer> byOwner = new HashMap<>();
  private int count;
  private long bytes;

  RetainedMessages(EventLog log, MqttSettings settings, InstantSource clock, Counters counters) {
    this.log = log;
    this.topic = new Topic(settings.retainedTopic());
    this.settings = settings;
    this.clock = clock;
    this.counters = counters;
  }

  /// Creates the log topic when it is missing, and reads what it holds.
  void load() {
    log.create(List.of(new TopicSpec(topic, 1, TopicSpec.Cleanup.COMPACT, Duration.ofDays(1))));
    Map<Partition, Long> starts = new HashMap<>();
    Map<Partition, Long> ends = new HashMap<>();
    for (Map.Entry<Partition, OffsetRange> range : log.ranges(Set.of(topic)).entrySet()) {
      if (range.getValue().end() > range.getValue().start()) {
        starts.put(range.getKey(), range.getValue().start());
        ends.put(range.getKey(), range.getValue().end());
      }
    }
    if (!starts.isEmpty()) {
      read(starts, ends);
    }
    logger.info("retained messages read count={}", count());
  }

  /// Reads up to the ends; a poll without records after the last one is the end too, because
  /// compaction may have removed the very last offsets.
  private void read(Map<Partition, Long> starts, Map<Partition, Long> ends) {
    try (LogReader reader = log.reader()) {
      reader.seek(starts);
      int emptyPolls = 0;
      while (!ends.isEmpty() && emptyPolls < 10) {
        List<LogRecord> records = reader.poll(POLL_WAIT);
        emptyPolls = records.isEmpty() ? emptyPolls + 1 : 0;
        for (LogRecord record : records) {
          take(record);
          Partition partition = record.position().partition();
          long next = record.position().offset() + 1;
          ends.computeIfPresent(partition, (same, end) -> next >= end ? null : end);
        }
      }
    }
  }

  private void take(LogRecord record) {
    String name = record.key();
    byte[] payload = record.value();
    if (name == null) {
      return;
    }
    if (payload == null) {
      put(name, null);
      return;
    }
    Headers headers = record.headers();
    Message message =
        new Message(
            TopicName.of(name),
            payload,
            headers.text(QOS).map(Integer::parseInt).orElse(0),
            true,
            Message.NEVER_EXPIRES,
            headers.bytes(PROPERTIES).orElse(new byte[0]));
    long expiresAt = headers.text(EXPIRES_AT).map(Long::parseLong).orElse(Long.MAX_VALUE);
    DeviceId owner = headers.text(OWNER).flatMap(DeviceId::parse).orElse(null);
    put(name, new Kept(message, owner, expiresAt, headers.text(PLATFORM).isEmpty()));
  }

  /// Room set aside for a message that is on its way to the log, so that messages that come
  /// together cannot pass a limit together.
  ///
  /// @param isNew whether its topic had no retained message
  record Reservation(@Nullable DeviceId owner, int cost, boolean isNew) {

    /// For what the platform itself retains.
    static final Reservation PLATFORM = new Reservation(null, 0, false);
  }

  /// Sets room aside, to be given back by [#store] or [#giveBack]; null when there is none. A
  /// message without a payload needs none, because it deletes.
  synchronized @Nullable Reservation reserve(Message message, @Nullable DeviceId owner) {
    Kept known = byTopic.get(message.topic().text());
    Kept before = known != null && known.counts ? known : null;
    int cost = new Kept(message, owner, Long.MAX_VALUE, true).cost();
    Reservation wanted = new Reservation(owner, cost, before == null);
    boolean deletes = message.payload().length == 0;
    long bytesAfter = bytes + cost - (before == null ? 0 : before.cost());
    boolean fits = bytesAfter <= settings.retainedBytesMax() && (before != null || hasRoom(owner));
    if (!deletes && !fits) {
      return null;
    }
    account(wanted, 1);
    return wanted;
  }

  private boolean hasRoom(@Nullable DeviceId owner) {
    int owned = owner == null ? 0 : byOwner.getOrDefault(owner, 0);
    return count < settings.retainedMax() && owned < settings.retainedPerDeviceMax();
  }

  synchronized void giveBack(Reservation reservation) {
    account(reservation, -1);
  }

  private void account(Reservation reservation, int sign) {
    bytes += (long) sign * reservation.cost;
    if (reservation.isNew) {
      count += sign;
      if (reservation.owner != null) {
        byOwner.merge(reservation.owner, sign, RetainedMessages::sumOrNothing);
      }
    }
  }

  /// Keeps the message, or deletes the topic's when its payload is empty. What the platform itself
  /// retains on a topic stays, whatever clients want to retain there. The callback comes once the
  /// log has it, or has failed, which is counted.
  void store(Message message, Reservation reservation, EventLog.Appended done) {
    boolean deletes = message.payload().length == 0;
    long expiresAt = expiresAtMillis(message, clock.millis());
    boolean counts = !reservation.equals(Reservation.PLATFORM);
    Kept kept = deletes ? null : new Kept(message, reservation.owner, expiresAt, counts);
    String name = message.topic().text();
    synchronized (this) { // The order in the log is the order in memory.
      giveBack(reservation);
      Kept before = byTopic.get(name);
      if (!counts || before == null || before.counts) {
        put(name, kept);
        append(name, kept, done);
        return;
      }
    }
    done.done(null, null);
  }

  private void append(String name, @Nullable Kept kept, EventLog.Appended done) {
    Headers headers = new Headers();
    if (kept != null) {
      headers.add(QOS, Integer.toString(kept.message.qos()));
      headers.add(PROPERTIES, kept.message.properties());
      if (kept.owner != null) {
        headers.add(OWNER, kept.owner.value().getBytes(StandardCharsets.UTF_8));
      }
      if (!kept.counts) {
        headers.add(PLATFORM, "true");
      }
      if (kept.expiresAtMillis != Long.MAX_VALUE) {
        headers.add(EXPIRES_AT, Long.toString(kept.expiresAtMillis));
      }
    }
    byte[] value = kept == null ? null : kept.message.payload();
    log.append(
        new Entry(topic, Entry.BY_KEY, name, clock.millis(), value, headers),
        (position, failure) -> {
          if (failure != null) {
            counters.retainFailures.increment();
          }
          done.done(position, failure);
        });
  }

  /// When a message that came now expires.
  static long expiresAtMillis(Message message, long nowMillis) {
    return message.expirySeconds() == Message.NEVER_EXPIRES
        ? Long.MAX_VALUE
        : nowMillis + message.expirySeconds() * 1000;
  }

  private synchronized void put(String name, @Nullable Kept kept) {
    Kept before = kept == null ? byTopic.remove(name) : byTopic.put(name, kept);
    if (before != null) {
      account(before, -1);
    }
    if (kept != null) {
      account(kept, 1);
    }
  }

  private void account(Kept kept, int sign) {
    if (kept.counts) {
      account(new Reservation(kept.owner, kept.cost(), true), sign);
    }
  }

  private static @Nullable Integer sumOrNothing(Integer a, Integer b) {
    return a + b == 0 ? null : Integer.valueOf(a + b);
  }

  /// What matches a filter now; what has expired is removed on the way.
  List<Kept> matching(TopicFilter filter) {
    String prefix = filter.literalPrefix();
    List<Kept> found = new ArrayList<>();
    List<Kept> expired = new ArrayList<>();
    long now = clock.millis();
    for (Map.Entry<String, Kept> entry :
        byTopic.subMap(prefix, true, prefix + Character.MAX_VALUE, true).entrySet()) {
      if (entry.getValue().expiresAtMillis <= now) {
        expired.add(entry.getValue());
      } else if (filter.matches(entry.getKey())) {
        found.add(entry.getValue());
      }
    }
    expired.forEach(this::remove);
    return found;
  }

  private synchronized void remove(Kept expired) {
    String name = expired.message.topic().text();
    if (expired.equals(byTopic.get(name))) {
      put(name, null);
      append(name, null, (position, failure) -> {});
    }
  }

  /// The payload retained on a topic; empty when there is none.
  Optional<byte[]> payload(String name) {
    return Optional.ofNullable(byTopic.get(name)).map(kept -> kept.message.payload());
  }

  int count() {
    return byTopic.size();
  }
}
