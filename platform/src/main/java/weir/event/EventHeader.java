package weir.event;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import weir.device.DeviceId;

/// The compact form of a decoded event that travels as a log header beside the enriched
/// JSON, so that sinks read names, times and numbers without parsing.
///
/// Layout, big-endian: version (1 byte, 1), raw offset (8), event time in microseconds (8),
/// receive time in microseconds (8), length of the event's own JSON at the start of the
/// record's value (4), then id, device, type, family and kind as texts, then the number of
/// readings (2) and for each: kind (1: number, 2: text, plus 2 when it has a time of its
/// own), metric, unit, eight bytes or a text, and the own time in microseconds (8). A text
/// is its length in UTF-8 bytes (4) and the bytes.
///
/// The record's value starts with the event's JSON without its closing brace; enrichment
/// blocks follow. That is why [#decode] can cut the event's own JSON out by length.
public final class EventHeader {

  private static final byte VERSION = 1;
  private static final byte NUMBER = 1;
  private static final byte TEXT = 2;
  private static final byte WITH_TIME = 2;
  private static final int EVENT_TEXTS = 5;
  private static final int TEXTS_OF_READING = 3;
  private static final byte[] NO_TEXT = {};
  private static final int FIXED_BYTES = 1 + 8 + 8 + 8 + 4 + 2;

  private EventHeader() {}

  /// An event as a sink reads it, with the offset of the raw message that it came from. Raw
  /// and enriched topics have the same partitions, so the partition is that of the enriched
  /// record.
  public record Decoded(Event event, long rawOffset) {}

  /// Who and what, without the readings.
  public record Head(String eventId, String device, String type, String family, String kind) {}

  public static byte[] encode(Event event, long rawOffset) {
    byte[][] texts = texts(event);
    byte[] header = new byte[bytes(event.readings(), texts)];
    ByteBuffer out = ByteBuffer.wrap(header);
    out.put(VERSION).putLong(rawOffset);
    out.putLong(micros(event.time())).putLong(micros(event.receivedAt()));
    out.putInt(event.json().length - 1);
    for (int i = 0; i < EVENT_TEXTS; i++) {
      putText(out, texts[i]);
    }
    out.putShort((short) event.readings().size());
    int next = EVENT_TEXTS;
    for (Reading reading : event.readings()) {
      put(out, reading, texts, next);
      next += TEXTS_OF_READING;
    }
    return header;
  }

  /// All texts in UTF-8; a number has none for its value.
  private static byte[][] texts(Event event) {
    byte[][] texts = new byte[EVENT_TEXTS + TEXTS_OF_READING * event.readings().size()][];
    texts[0] = utf8(event.id().value());
    texts[1] = utf8(event.device().value());
    texts[2] = utf8(event.type());
    texts[3] = utf8(event.family());
    texts[4] = utf8(event.kind());
    int next = EVENT_TEXTS;
    for (Reading reading : event.readings()) {
      texts[next++] = utf8(reading.metric());
      texts[next++] = utf8(reading.unit());
      texts[next++] = reading instanceof Reading.Textual text ? utf8(text.value()) : NO_TEXT;
    }
    return texts;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static int bytes(List<Reading> readings, byte[][] texts) {
    int bytes = FIXED_BYTES;
    for (byte[] text : texts) {
      bytes += text == NO_TEXT ? 0 : 4 + text.length;
    }
    for (Reading reading : readings) {
      bytes += 1 + (reading instanceof Reading.Numeric ? 8 : 0) + (reading.at() == null ? 0 : 8);
    }
    return bytes;
  }

  private static void put(ByteBuffer out, Reading reading, byte[][] texts, int first) {
    Instant at = reading.at();
    byte kind = reading instanceof Reading.Numeric ? NUMBER : TEXT;
    out.put(at == null ? kind : (byte) (kind + WITH_TIME));
    putText(out, texts[first]);
    putText(out, texts[first + 1]);
    switch (reading) {
      case Reading.Numeric number -> out.putDouble(number.value());
      case Reading.Textual _ -> putText(out, texts[first + 2]);
    }
    if (at != null) {
      out.putLong(micros(at));
    }
  }

  private static void putText(ByteBuffer out, byte[] utf8) {
    out.putInt(utf8.length).put(utf8);
  }

  /// The raw offset alone, for those who only compare places.
  ///
  /// @throws IllegalArgumentException when the header is of another version
  public static long rawOffset(byte[] header) {
    ByteBuffer in = ByteBuffer.wrap(header);
    checkVersion(in.get());
    return in.getLong();
  }

  /// Who and what alone, for those who only count or choose.
  ///
  /// @throws IllegalArgumentException when the header is of another version
  public static Head head(byte[] header) {
    ByteBuffer in = ByteBuffer.wrap(header);
    checkVersion(in.get());
    in.position(1 + 3 * Long.BYTES + Integer.BYTES);
    return new Head(text(in), text(in), text(in), text(in), text(in));
  }

  /// What the header says of an event without its readings.
  public record Outline(
      long rawOffset, Instant receivedAt, String id, String device, String type, String kind) {}

  /// Reads only the names and times.
  ///
  /// @throws IllegalArgumentException when the header is of another version
  public static Outline outline(byte[] header) {
    ByteBuffer in = ByteBuffer.wrap(header);
    checkVersion(in.get());
    long rawOffset = in.getLong();
    in.getLong();
    Instant receivedAt = instant(in.getLong());
    in.getInt();
    String id = text(in);
    String device = text(in);
    String type = text(in);
    String _ = text(in);
    return new Outline(rawOffset, receivedAt, id, device, type, text(in));
  }

  /// What an event measured, without who it was.
  public record Measurements(String type, Instant time, List<Reading> readings) {}

  /// Reads only what was measured.
  ///
  /// @throws IllegalArgumentException when the header is of another version
  public static Measurements measurements(byte[] header) {
    ByteBuffer in = ByteBuffer.wrap(header);
    checkVersion(in.get());
    in.getLong();
    Instant time = instant(in.getLong());
    in.position(in.position() + Long.BYTES + Integer.BYTES);
    skipText(in);
    skipText(in);
    String type = text(in);
    skipText(in);
    skipText(in);
    return new Measurements(type, time, readings(in));
  }

  private static void skipText(ByteBuffer in) {
    int length = in.getInt();
    in.position(in.position() + length);
  }

  private static void checkVersion(byte version) {
    if (version != VERSION) {
      throw new IllegalArgumentException("event header of version " + version);
    }
  }

  /// Reads the header and the value it belongs to.
  ///
  /// @throws IllegalArgumentException when the header is of another version
  public static Decoded decode(byte[] header, byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(header);
    checkVersion(in.get());
    long rawOffset = in.getLong();
    Instant time = instant(in.getLong());
    Instant receivedAt = instant(in.getLong());
    int jsonLength = in.getInt();
    EventId id = new EventId(text(in));
    DeviceId device = new DeviceId(text(in));
    String type = text(in);
    String family = text(in);
    String kind = text(in);
    List<Reading> readings = readings(in);
    byte[] json = Arrays.copyOf(value, jsonLength + 1);
    json[jsonLength] = '}';
    return new Decoded(
        new Event(id, device, type, family, kind, time, receivedAt, readings, json), rawOffset);
  }

  private static List<Reading> readings(ByteBuffer in) {
    int count = Short.toUnsignedInt(in.getShort());
    List<Reading> readings = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      readings.add(reading(in));
    }
    return readings;
  }

  private static Reading reading(ByteBuffer in) {
    byte kind = in.get();
    boolean timed = kind > TEXT;
    String metric = text(in);
    String unit = text(in);
    if ((timed ? kind - WITH_TIME : kind) == NUMBER) {
      double value = in.getDouble();
      return new Reading.Numeric(metric, value, unit, timed ? instant(in.getLong()) : null);
    }
    String value = text(in);
    return new Reading.Textual(metric, value, unit, timed ? instant(in.getLong()) : null);
  }

  private static String text(ByteBuffer in) {
    int length = in.getInt();
    byte[] utf8 = new byte[length];
    in.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static long micros(Instant time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
