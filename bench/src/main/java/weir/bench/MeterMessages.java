package weir.bench;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// Makes the messages of one simulated smart meter: three measurements, about 300 bytes, in a ready
/// MQTT 3.1.1 PUBLISH packet whose digits alone change. Owned by one thread.
final class MeterMessages {

  private static final DateTimeFormatter TO_MILLIS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

  private final byte[] packet;
  private final int packetIdAt;
  private final int timeAt;
  private final int sequenceAt;
  private final int demandAt;
  private int sequence = 10_000_000;

  MeterMessages(String device) {
    String topic = "iot/" + device + "/raw";
    String payload =
        "{\"device_id\":\""
            + device
            + "\",\"device_type\":\"smart_meter\",\"timestamp\":\"2026-01-01T00:00:00.000000Z\","
            + "\"event_type\":\"telemetry\",\"sequence\":10000000,\"measurements\":{"
            + "\"energy\":{\"value\":48211.75,\"unit\":\"kWh\"},"
            + "\"demand\":{\"value\":1000.25,\"unit\":\"kW\"},"
            + "\"power_factor\":{\"value\":0.94,\"unit\":\"\"}}}";
    int remaining = 2 + topic.length() + 2 + payload.length();
    byte[] body = (topic + "##" + payload).getBytes(StandardCharsets.US_ASCII);
    int head = remaining < 128 ? 2 : 3;
    packet = new byte[head + 2 + body.length];
    packet[0] = 0x32; // PUBLISH, QoS 1
    packet[1] = (byte) (remaining < 128 ? remaining : (remaining & 0x7F) | 0x80);
    if (head == 3) {
      packet[2] = (byte) (remaining >> 7);
    }
    packet[head] = (byte) (topic.length() >> 8);
    packet[head + 1] = (byte) topic.length();
    System.arraycopy(body, 0, packet, head + 2, body.length);
    packetIdAt = head + 2 + topic.length();
    int payloadAt = packetIdAt + 2;
    timeAt = payloadAt + payload.indexOf("2026-01-01");
    sequenceAt = payloadAt + payload.indexOf("10000000");
    demandAt = payloadAt + payload.indexOf("1000.25");
  }

  /// The time as far as milliseconds, to be made once for many messages.
  static byte[] time(Instant now) {
    return TO_MILLIS.format(now).getBytes(StandardCharsets.US_ASCII);
  }

  /// The next packet; the array is used again for the one after it.
  byte[] next(int packetId, byte[] timeToMillis) {
    packet[packetIdAt] = (byte) (packetId >> 8);
    packet[packetIdAt + 1] = (byte) packetId;
    System.arraycopy(timeToMillis, 0, packet, timeAt, timeToMillis.length);
    digits(timeAt + timeToMillis.length, sequence % 1_000, 3);
    digits(sequenceAt, sequence, 8);
    digits(demandAt, 1_000 + sequence % 9_000, 4);
    sequence++;
    return packet;
  }

  private void digits(int at, int number, int width) {
    int rest = number;
    for (int i = at + width - 1; i >= at; i--) {
      packet[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }
}
