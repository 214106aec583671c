package weir.pipeline;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.device.DecodingParameter.Encoding;
import weir.device.DeviceId;
import weir.event.Door;
import weir.event.EventId;
import weir.event.RawMessage;
import weir.event.Rejection;
import weir.event.Rejection.Reason;
import weir.pipeline.PipelineSettings.OddTime;
import weir.pipeline.PipelineSettings.Unknown;

/// What hostile and broken devices send is answered with a reason, never with an exception.
class AbuseTest {

  private final Listener listener = new Listener();

  private Rejection refused(String payload) {
    return Listener.rejection(listener.hear("iot/d/raw", payload));
  }

  private static String nested(int depth) {
    return "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
  }

  @Test
  void refusesDeepNesting() {
    assertThat(refused(nested(100_000)).reason()).isEqualTo(Reason.UNREADABLE);
    assertThat(refused(nested(33)).reason()).isEqualTo(Reason.UNREADABLE);
    assertThat(refused("{\"a\":" + "[".repeat(100_000)).reason()).isEqualTo(Reason.UNREADABLE);
    assertThat(listener.hear("iot/d/raw", nested(32))).isInstanceOf(Outcome.Decoded.class);
  }

  @Test
  void refusesTooManyFieldsAndTooLongNamesAndNumbers() {
    StringBuilder many = new StringBuilder("{\"a\":1");
    for (int i = 0; i < 1_000_000; i++) {
      many.append(",\"k").append(i).append("\":1");
    }
    assertThat(refused(many.append('}').toString()).detail()).contains("more than 500 fields");
    assertThat(refused("{\"" + "k".repeat(1_000_000) + "\":1}").reason())
        .isEqualTo(Reason.UNREADABLE);
    assertThat(refused("{\"a\":" + "9".repeat(10_000) + "}").reason()).isEqualTo(Reason.UNREADABLE);
    assertThat(refused("{\"a\":[" + "1,".repeat(30_000) + "1]}").reason())
        .isEqualTo(Reason.UNREADABLE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"a\":1,\"a\":2} | INVALID | a is there twice",
        "{\"x\":{\"a\":1,\"a\":2}} | INVALID | a is there twice",
        "{\"measurements\":{\"v\":1,\"v\":2}} | INVALID | v is there twice",
        "{\"measurements\":{\"v\":1e400}} | INVALID | v is too great a number",
        "{\"measurements\":{\"v\":NaN}} | UNREADABLE | not valid JSON at byte ",
        "{\"measurements\":{\"v\":Infinity}} | UNREADABLE | not valid JSON at byte ",
        "{\"measurements\":{\"v\":-Infinity}} | UNREADABLE | not valid JSON at byte ",
        "{\"a\":\"\\ud800\"} | UNREADABLE | not valid UTF-8 text at byte 6",
        "{\"a\":\"\\udc00\\ud800\"} | UNREADABLE | not valid UTF-8 text at byte 6",
        "{\"a\":1}x | UNREADABLE | not valid JSON at byte ",
        "{\"a\":1}{} | UNREADABLE | more follows after the JSON object",
        "{\"a\":01} | UNREADABLE | not valid JSON at byte ",
        "{\"a\":'1'} | UNREADABLE | not valid JSON at byte ",
        "{\"a\":1,} | UNREADABLE | not valid JSON at byte ",
        "{a:1} | UNREADABLE | not valid JSON at byte ",
        "~~ | UNREADABLE | empty",
        "~   ~ | UNREADABLE | empty",
        "[] | INVALID | must be a JSON object",
        "\"text\" | INVALID | must be a JSON object",
        "5 | INVALID | must be a JSON object",
        "null | INVALID | must be a JSON object",
        "{\"device_id\":5} | INVALID | device_id must be a text",
        "{\"device_id\":\"\"} | INVALID | device_id must be 1 to 4096 characters long",
        "{\"device_type\":[\"x\"]} | INVALID | device_type must be a text",
        "{\"device_type\":\"../x\"} | INVALID | device_type must be of [A-Za-z0-9_-]{1,64}",
        "{\"device_type\":\"a.b\"} | INVALID | device_type must be of [A-Za-z0-9_-]{1,64}"
      })
  void namesWhatIsWrong(String payload, Reason reason, String detail) {
    Rejection rejection = refused(payload);

    assertThat(rejection.reason()).isEqualTo(reason);
    assertThat(rejection.detail()).startsWith(detail);
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    byte[][] wrong = {
      {'{', '"', (byte) 0xC3, '"', ':', '1', '}'},
      {'{', '"', (byte) 0xC0, (byte) 0x80, '"', ':', '1', '}'},
      {'{', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', ':', '1', '}'},
      {'{', '"', (byte) 0xF5, (byte) 0x80, (byte) 0x80, (byte) 0x80, '"', ':', '1', '}'},
      {'{', '"', 'a', '"', ':', '1', '}', (byte) 0xFF},
      "{\"a\":1}".getBytes(UTF_16LE),
      {0, '{', 0, '}'}
    };
    for (byte[] bytes : wrong) {
      Rejection rejection = Listener.rejection(listener.hear("iot/d/raw", bytes));
      assertThat(rejection.reason()).isEqualTo(Reason.UNREADABLE);
    }
  }

  @Test
  void takesWellFormedTextOfAnyLanguage() {
    String payload = "{\"measurements\":{\"größe\":1,\"note\":\"冷たい 🧊 \\ud83e\\uddca\"}}";

    assertThat(listener.hear("iot/d/raw", payload)).isInstanceOf(Outcome.Decoded.class);
  }

  @Test
  void neverRepeatsThePayloadInTheDetail() {
    String secret = "hunter2hunter2";

    for (String payload :
        List.of(
            "{\"a\":" + secret + "}",
            "{\"a\":\"" + secret + "",
            secret,
            "{\"measurements\":{\"a\":1e999},\"b\":\"" + secret + "\"}",
            "{\"timestamp\":\"" + secret + "\"}")) {
      assertThat(refused(payload).detail()).doesNotContain("hunter2");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"1999-12-31T23:59:59Z\"",
        "\"2026-06-02T12:00:01Z\"",
        "\"2036-01-01T00:00:00Z\"",
        "0",
        "-5",
        "1e300",
        "\"soon\"",
        "true",
        "{\"a\":1}",
        "[1]"
      })
  void setsOddTimesAsideOrTakesTheReceiveTime(String time) {
    String payload = "{\"timestamp\":" + time + ",\"measurements\":{\"v\":1}}";
    Listener lenient = new Listener(Dialects.builtIn(), with(OddTime.RECEIVE_TIME));

    assertThat(refused(payload).detail()).startsWith("the time ");
    Outcome.Decoded decoded = Listener.decoded(lenient.hear("iot/d/raw", payload));
    assertThat(decoded.event().time()).isEqualTo(Listener.RECEIVED);
    assertThat(decoded.timeValid()).isFalse();
  }

  @Test
  void takesAClockThatIsADayAheadAndNoMore() {
    assertThat(listener.hear("iot/d/raw", "{\"timestamp\":\"2026-06-02T12:00:00Z\"}"))
        .isInstanceOf(Outcome.Decoded.class);
  }

  private static PipelineSettings with(OddTime oddTimes) {
    return settings(Unknown.REGISTER, Unknown.REGISTER, 64, oddTimes);
  }

  private static PipelineSettings settings(
      Unknown devices, Unknown types, int typesMax, OddTime oddTimes) {
    PipelineSettings standard = PipelineSettings.defaults();
    return new PipelineSettings(
        1,
        devices,
        types,
        typesMax,
        oddTimes,
        standard.timeAheadMax(),
        standard.commitInterval(),
        standard.failuresPerMinuteMax(),
        standard.dialects());
  }

  @Test
  void refusesUnknownDevicesWhenToldTo() {
    Listener strict =
        new Listener(
            Dialects.builtIn(),
            settings(Unknown.SET_ASIDE, Unknown.REGISTER, 64, OddTime.SET_ASIDE));

    assertThat(Listener.rejection(strict.hear("iot/d/raw", "{}")).reason())
        .isEqualTo(Reason.UNKNOWN_DEVICE);
  }

  @Test
  void refusesUnknownTypesWhenToldToOrWhenTheyAreTooMany() {
    Listener strict =
        new Listener(
            Dialects.builtIn(),
            settings(Unknown.REGISTER, Unknown.SET_ASIDE, 64, OddTime.SET_ASIDE));
    Listener narrow =
        new Listener(
            Dialects.builtIn(), settings(Unknown.REGISTER, Unknown.REGISTER, 1, OddTime.SET_ASIDE));

    assertThat(Listener.rejection(strict.hear("iot/d/raw", "{}")).reason())
        .isEqualTo(Reason.UNKNOWN_TYPE);
    assertThat(narrow.hear("iot/d1/raw", "{\"device_type\":\"one\"}"))
        .isInstanceOf(Outcome.Decoded.class);
    assertThat(Listener.rejection(narrow.hear("iot/d2/raw", "{\"device_type\":\"two\"}")).reason())
        .isEqualTo(Reason.UNKNOWN_TYPE);
  }

  @Test
  void refusesADisabledDevice() {
    listener.directory.device("d", "hvac", false).registerType("hvac");

    assertThat(refused("{}").detail()).isEqualTo("the device is disabled");
  }

  @Test
  void refusesACredentialThatSpeaksForAnother() {
    RawMessage message =
        new RawMessage(
            new EventId("e"),
            new DeviceId("mallory"),
            Door.HTTP,
            "/ingest",
            1,
            Listener.RECEIVED,
            "{\"device_id\":\"alice\",\"temperature\":1}".getBytes(UTF_8));

    assertThat(Listener.rejection(listener.hear(message)).detail())
        .isEqualTo("device_id is not the device that sent the message");
  }

  @Test
  void neverThrowsOnAMessageCutAtAnyByte() {
    byte[] whole = CloudTest.RAW.getBytes(UTF_8);
    for (int length = 0; length < whole.length; length++) {
      Outcome outcome = listener.hear("iot/breaker-001/raw", Arrays.copyOf(whole, length));
      assertThat(Listener.rejection(outcome).reason()).isEqualTo(Reason.UNREADABLE);
    }
  }

  @Test
  void neverThrowsOnRandomBytesOrBrokenMessages() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String f2 = "cmnd/f2-1/sensor-mode/J1/sensor-1";
    listener.directory.parameter(
        "f2-1", "sensor-mode", "sensor", null, Encoding.HEX_TO_FLOAT, "c", 1);
    String[] topics = {"iot/d/raw", "iot/d/trends", "energy/devices/d/data", f2};
    String[] starts = {
      CloudTest.RAW.replace("breaker-001", "d"),
      "{\"trends\":[{\"c\":\"x\",\"t\":1755625237,\"v\":\"1\",\"avg\":\"2\"}]}",
      "{\"power\":1.5,\"anomaly\":true,\"timestamp\":\"2026-05-01T00:00:00Z\"}",
      "{\"data\":\"0xe1\",\"timestamp\":\"2026-05-01 00:00:00.5\"}"
    };
    for (int i = 0; i < 20_000; i++) {
      int which = random.nextInt(topics.length);
      byte[] payload = starts[which].getBytes(UTF_8);
      int changes = 1 + random.nextInt(4);
      for (int j = 0; j < changes; j++) {
        payload[random.nextInt(payload.length)] =
            random.nextInt(3) == 0
                ? (byte) random.nextInt(256)
                : (byte) "{}[]\",:0159.eE-+tfn \\u".charAt(random.nextInt(22));
      }
      Outcome outcome = listener.hear(topics[which], payload);
      if (outcome instanceof Outcome.Decoded) {
        assertThat(Listener.json(outcome).isObject()).as("seed %d", seed).isTrue();
      } else {
        assertThat(Listener.rejection(outcome).detail()).as("seed %d", seed).isNotEmpty();
      }
    }
  }
}
