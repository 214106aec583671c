package weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.device.DeviceId;
import weir.event.Door;

class DialectsTest {

  private final Dialects dialects = Dialects.builtIn();

  @ParameterizedTest
  @CsvSource({
    "iot/telemetry/Oven/d1, d1",
    "iot/telemetry/Oven/d1/commands, d1",
    "iot/commands/Oven/d1, d1",
    "iot/d1/raw, d1",
    "iot/d1/trends, d1",
    "iot/d1/commands, d1",
    "energy/devices/d1/data, d1",
    "energy/devices/d1/commands, d1",
    "energy/devices/d1/alerts, d1",
    "energy/events/devices/d1/device.created, d1",
    "cmnd/f2-e4/access-control-mode/J1/strike-1, f2-e4",
    "cmnd/F2-E4/access-control-mode/J1/strike-1, f2-e4",
    "cmnd/f2-e4/access-control-mode/J1/reader-1/success, f2-e4",
    "stat/f2-e4/x, f2-e4",
    "iot/telemetry/raw, telemetry",
    "iot/d 1/raw,",
    "iot/d1/nothing,",
    "other/d1,"
  })
  void knowsWhoseATopicIs(String topic, @Nullable String owner) {
    assertThat(dialects.ownerOf(topic)).isEqualTo(idOf(owner));
  }

  @ParameterizedTest
  @CsvSource({
    "iot/d1/#, d1",
    "iot/d1/+, d1",
    "iot/d1/commands, d1",
    "iot/telemetry/+/d1, d1",
    "iot/telemetry/+/d1/#, d1",
    "energy/devices/d1/#, d1",
    "cmnd/f2-e4/#, f2-e4",
    "cmnd/F2-E4/#, f2-e4",
    "iot/+/raw,",
    "iot/#,",
    "iot/telemetry/#,",
    "iot/telemetry/Oven/+,",
    "#,",
    "+/d1/raw,",
    "cmnd/+/x,",
    "energy/devices/+/data,",
    "nothing/known,",
    "$SYS/#,"
  })
  void knowsWhoseAFilterIs(String filter, @Nullable String owner) {
    assertThat(dialects.ownerOfFilter(filter)).isEqualTo(idOf(owner));
  }

  private static @Nullable DeviceId idOf(@Nullable String name) {
    return name == null ? null : new DeviceId(name);
  }

  @Test
  void takesAppliancesBeforeACloudDeviceCalledTelemetry() {
    assertThat(family("iot/telemetry/Oven/raw")).isEqualTo("appliance");
    assertThat(family("iot/telemetry/raw")).isEqualTo("cloud");
  }

  private String family(String topic) {
    return Objects.requireNonNull(dialects.route(Door.MQTT, topic)).dialect().family();
  }

  @Test
  void keepsTopicsAndPathsApart() {
    assertThat(dialects.route(Door.HTTP, "/ingest")).isNotNull();
    assertThat(dialects.route(Door.MQTT, "ingest")).isNull();
    assertThat(dialects.route(Door.HTTP, "/iot/d1/raw")).isNull();
    assertThat(dialects.route(Door.HTTP, "iot/d1/raw")).isNotNull();
  }

  @Test
  void addsAndReplacesFamiliesFromAFolder(@TempDir Path folder) throws IOException {
    write(folder, "plant.yaml", "family: plant\ntopics: [{pattern: 'plant/{device_id}'}]\n");
    write(folder, "cloud.yaml", "family: cloud\ntopics: [{pattern: 'wolke/{device_id}'}]\n");

    Dialects more = Dialects.with(folder);

    assertThat(more.families())
        .containsExactlyInAnyOrder("appliance", "energy", "cloud", "f2", "http", "plant");
    assertThat(more.decodes("plant/p1")).isTrue();
    assertThat(more.decodes("wolke/w1")).isTrue();
    assertThat(more.decodes("iot/d1/raw")).isFalse();
  }

  @Test
  void refusesTwoDialectsForOneTopic(@TempDir Path folder) throws IOException {
    write(folder, "twin.yaml", "family: twin\ntopics: [{pattern: 'iot/{device_id}/raw'}]\n");

    assertThatThrownBy(() -> Dialects.with(folder))
        .isInstanceOf(DialectException.class)
        .hasMessageContaining("iot/{device_id}/raw")
        .hasMessageContaining("cloud.yaml");
  }

  private static void write(Path folder, String name, String start) throws IOException {
    Files.writeString(folder.resolve(name), start + "types: {default: thing}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "topics: [{pattern: a/{device_id}}] | my.yaml: line 1: ",
        "topics: [{pattern: 'a/{device_id}'}] | my.yaml: family is missing",
        "family: 'a b' | my.yaml: family is wrong: must be of [A-Za-z0-9_-]{1,64}",
        "{family: a, topics: [{pattern: 'a//b'}]} "
            + "| my.yaml: topics[0].pattern is wrong: an empty level in a//b",
        "{family: a, topics: [{pattern: 'a/{device_id}', kin: x}]} "
            + "| my.yaml: topics[0].kin is not known here; known are kind, pattern",
        "{family: a, topics: [{kind: x}]} | my.yaml: topics[0].pattern is missing",
        "{family: a, topics: 5} | my.yaml: topics must be a list",
        "{family: a, zone: Mars/Base} | my.yaml: zone is wrong: not a time zone: Mars/Base",
        "{family: a, types: {}} | my.yaml: types.default is missing",
        "{family: a} | my.yaml: types is missing",
        "{family: a, types: {default: t}} "
            + "| my.yaml: topics is missing: a dialect is spoken on at least one",
        "{family: a, types: {default: t}, decoder: magic} "
            + "| my.yaml: decoder must be one of fields, component",
        "{family: a, types: {default: t}, readings: {power: {form: big}}} "
            + "| my.yaml: readings.power.form must be one of number, text, truth",
        "{family: a, types: {default: t}, readings-required: 5} "
            + "| my.yaml: readings-required must be true or false",
        "{family: a, types: {default: t}, colour: red, topics: [{pattern: 'a/{device_id}'}]} "
            + "| my.yaml: colour is not known here",
        "{family: a, types: {default: t}, decoder: component, topics: [{pattern: 'a/{device_id}'}]} "
            + "| my.yaml: topics must name device_id, mode, connector, component each",
        "[1] | my.yaml: the file must be a mapping"
      })
  void namesTheFileAndTheKeyThatIsWrong(String yaml, String message) {
    assertThatThrownBy(() -> DialectFile.read("my.yaml", yaml))
        .isInstanceOf(DialectException.class)
        .hasMessageStartingWith(message);
  }
}
