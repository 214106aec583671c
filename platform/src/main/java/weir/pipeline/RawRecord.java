package weir.pipeline;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.Door;
import weir.event.EventId;
import weir.event.HeaderNames;
import weir.event.RawMessage;
import weir.log.Headers;
import weir.log.LogRecord;

/// A record of the raw topic and what its headers say.
///
/// @param attempt how many tries were made before
/// @param handed from where it was handed to the retry topic, when it comes from there
record RawRecord(LogRecord record, RawMessage message, int attempt, @Nullable Handed handed) {

  private static final Set<String> OF_ONE_TRY =
      Set.of(HeaderNames.ATTEMPT, HeaderNames.DUE, HeaderNames.HANDED);
  private static final byte[] NOTHING = new byte[0];

  /// Reads a record. One that was not written by a door, and so lacks headers, gets an id from its
  /// place and no topic; it will be set aside.
  static RawRecord of(LogRecord record) {
    Headers headers = record.headers();
    String path = "";
    String id = null;
    Door door = Door.MQTT;
    int qos = 0;
    int attempt = 0;
    Handed handed = null;
    String trace = null;
    for (Headers.Header header : headers.entries()) {
      switch (header.name()) {
        case HeaderNames.PATH -> path = text(header);
        case HeaderNames.EVENT_ID -> id = text(header);
        case HeaderNames.DOOR -> door = text(header).equals("http") ? Door.HTTP : Door.MQTT;
        case HeaderNames.QOS -> qos = header.value().length == 1 ? header.value()[0] - '0' : 0;
        case HeaderNames.ATTEMPT -> attempt = number(text(header));
        case HeaderNames.TRACE -> trace = text(header);
        case HeaderNames.HANDED -> handed = Handed.parse(text(header));
        default -> {}
      }
    }
    String key = record.key();
    byte[] value = record.value();
    RawMessage message =
        new RawMessage(
            id == null || !DeviceId.isValid(id) ? placeId(record) : new EventId(id),
            key == null || !DeviceId.isValid(key) ? null : new DeviceId(key),
            door,
            path,
            qos,
            Instant.ofEpochMilli(record.timestampMillis()),
            value == null ? NOTHING : value,
            trace);
    return new RawRecord(record, message, attempt, handed);
  }

  private static String text(Headers.Header header) {
    return new String(header.value(), StandardCharsets.UTF_8);
  }

  private static int number(String text) {
    return text.length() == 1 && text.charAt(0) >= '0' && text.charAt(0) <= '9'
        ? text.charAt(0) - '0'
        : 0;
  }

  private static EventId placeId(LogRecord record) {
    return new EventId(
        "raw-" + record.position().partition().number() + "-" + record.position().offset());
  }

  int partition() {
    return record.position().partition().number();
  }

  long offset() {
    return record.position().offset();
  }

  /// Whether it was in the raw topic before: retried, or replayed from the dead letters.
  boolean isAgain() {
    return handed != null || record.headers().bytes(HeaderNames.REPLAY_OF).isPresent();
  }

  /// The headers that belong to the message, without those of one try.
  Headers lastingHeaders() {
    Headers lasting = new Headers();
    for (Headers.Header header : record.headers().entries()) {
      if (!OF_ONE_TRY.contains(header.name())) {
        lasting.add(header.name(), header.value());
      }
    }
    return lasting;
  }

  /// From where a message was handed to the retry topic. A lane is a try: within a lane and a
  /// partition offsets rise.
  ///
  /// @param epoch in which its worker held the partition
  record Handed(int lane, int partition, long offset, long epoch) {

    /// Overtaken messages: written too late to keep their place, so they get a new one.
    static final int OVERTAKEN = 0;

    static final int LANES = 4;

    static @Nullable Handed parse(String text) {
      String[] parts = text.split(":", -1);
      try {
        return parts.length == 4
            ? new Handed(
                Math.floorMod(Integer.parseInt(parts[0]), LANES),
                Integer.parseInt(parts[1]),
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]))
            : null;
      } catch (NumberFormatException e) {
        return null;
      }
    }

    @Override
    public String toString() {
      return lane + ":" + partition + ":" + offset + ":" + epoch;
    }
  }
}
