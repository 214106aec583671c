package weir.fleet.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import weir.device.DeviceId;

class ControllerTest {

  private static final String PREFIX = "cmnd/f2-e4fd45f654be/";
  private static final List<Spoken> DAY = day(Component.full());

  private static List<Spoken> day(List<Component> components) {
    return Spoken.by(controller(components), Duration.ofDays(1));
  }

  private static Controller controller(List<Component> components) {
    return new Controller(
        new DeviceId(Component.FULL_CONTROLLER), components, Spoken.SURROUNDINGS, Spoken.random(3));
  }

  private static List<Spoken> of(String component) {
    return DAY.stream().filter(said -> said.path().equals(PREFIX + component)).toList();
  }

  @Test
  void publishesEveryComponentThatHasParametersAndNoOther() {
    assertThat(DAY.stream().map(Spoken::path).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(
            PREFIX + "access-control-mode/J1/door-sensors",
            PREFIX + "access-control-mode/J1/strike-1",
            PREFIX + "access-control-mode/J1/exit-buttons",
            PREFIX + "access-control-mode/J1/reader-1",
            PREFIX + "alarm-mode/J1/motion-sensor-1",
            PREFIX + "alarm-mode/J1/siren-1",
            PREFIX + "sensor-mode/J1/sensor-3");
    assertThat(DAY)
        .allSatisfy(said -> assertThat(said.message().fate()).isEqualTo(Message.Fate.STORED));
  }

  @Test
  void saysWhatNoParameterCoversOnlyWhenAsked() {
    List<Component> all = new ArrayList<>(Component.full());
    all.addAll(Component.fullUncovered());

    List<Spoken> aside =
        day(all).stream().filter(said -> said.message().fate() == Message.Fate.SET_ASIDE).toList();

    assertThat(aside)
        .extracting(Spoken::path)
        .containsOnly(PREFIX + "sensor-mode/J1/sensor-1", PREFIX + "sensor-mode/J1/sensor-2");
  }

  @Test
  void publishesOneToThreeComponentsOfOneModeEveryFiveSeconds() {
    for (Step step : Spoken.steps(controller(Component.full()), Duration.ofHours(1))) {
      assertThat(step.pause()).isEqualTo(Duration.ofSeconds(5));
      assertThat(step.messages().size()).isBetween(1, 3);
      assertThat(step.messages().stream().map(one -> one.path().split("/", -1)[2]).distinct())
          .hasSize(1);
      assertThat(step.messages().stream().map(Message::path)).doesNotHaveDuplicates();
    }
  }

  @Test
  void writesEachComponentInItsDocumentedForm() {
    Spoken doors = of("access-control-mode/J1/door-sensors").getFirst();
    assertThat(doors.json().fieldNames())
        .toIterable()
        .containsExactly("timestamp", "door-sensor-1", "door-sensor-2", "sequence");
    assertThat(doors.json().get("door-sensor-1").isBoolean()).isTrue();
    assertThat(doors.text("/timestamp"))
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}");
    assertThat(of("access-control-mode/J1/strike-1").getFirst().json().get("status").isBoolean())
        .isTrue();
    assertThat(of("access-control-mode/J1/reader-1"))
        .extracting(said -> said.text("/data"))
        .allMatch(text -> text.startsWith("b'\"") && text.endsWith("\"'"))
        .contains("b'\"USER12345\"'");
  }

  @Test
  void hexadecimalIsWhatTheParametersScaleItTo() {
    assertThat(of("sensor-mode/J1/sensor-3"))
        .allSatisfy(said -> assertThat(0.1 * hex(said)).isBetween(15.0, 35.0));
    Controller small =
        new Controller(
            new DeviceId(Component.SMALL_CONTROLLER),
            Component.small(),
            Spoken.SURROUNDINGS,
            Spoken.random(4));
    List<Spoken> day = Spoken.by(small, Duration.ofDays(1));
    assertThat(day)
        .filteredOn(said -> said.path().endsWith("/sensor-1"))
        .isNotEmpty()
        .allSatisfy(said -> assertThat(0.01 * hex(said)).isBetween(20.0, 90.0));
    assertThat(day)
        .filteredOn(said -> said.path().endsWith("/sensor-2"))
        .isNotEmpty()
        .allSatisfy(said -> assertThat(0.1 * hex(said)).isBetween(980.0, 1_040.0));
  }

  private static int hex(Spoken said) {
    assertThat(said.text("/data")).startsWith("0x");
    return Integer.parseInt(said.text("/data").substring(2), 16);
  }

  @Test
  void obeysTheStrikeAndTheSiren() {
    Controller controller = controller(Component.full());
    assertThat(obeys(controller, "access-control-mode/J1/strike-1", "{\"power-flag\":2}")).isTrue();
    assertThat(obeys(controller, "alarm-mode/J1/siren-1", "{\"power-flag\":1}")).isTrue();
    assertThat(states(controller, "strike-1")).containsOnly(true);
    assertThat(states(controller, "siren-1")).containsOnly(true);

    assertThat(obeys(controller, "access-control-mode/J1/strike-1", "{\"power-flag\":0}")).isTrue();
    assertThat(obeys(controller, "alarm-mode/J1/siren-1", "{\"power-flag\":0}")).isTrue();
    assertThat(states(controller, "strike-1")).contains(false);
    assertThat(states(controller, "siren-1")).contains(false);
  }

  @Test
  void refusesWhatItDoesNotHaveOrKnow() {
    Controller controller = controller(Component.full());
    assertThat(obeys(controller, "alarm-mode/J1/siren-9", "{\"power-flag\":1}")).isFalse();
    assertThat(obeys(controller, "alarm-mode/J1/siren-1", "{\"power-flag\":2}")).isFalse();
    assertThat(obeys(controller, "alarm-mode/J1/siren-1", "{\"power-flag\":true}")).isFalse();
    assertThat(
            obeys(
                controller,
                "access-control-mode/J1/strike-1",
                "{\"power-flag\":1,\"period\":3601}"))
        .isFalse();
  }

  private static boolean obeys(Controller controller, String component, String payload) {
    return controller
        .obey(Order.parse(PREFIX + component, payload.getBytes(UTF_8)).orElseThrow())
        .obeyed();
  }

  /// What a component says of itself in the quarter of an hour after midnight.
  private static List<Boolean> states(Controller controller, String component) {
    return Spoken.by(controller, Duration.ofMinutes(15)).stream()
        .filter(said -> said.path().endsWith("/" + component))
        .map(said -> said.json().get("status").asBoolean())
        .toList();
  }

  @Test
  void peopleMoveByDay() {
    Function<Spoken, Boolean> moving = said -> said.json().get("status").asBoolean();
    List<Spoken> motion = of("alarm-mode/J1/motion-sensor-1");
    long day =
        motion.stream().filter(s -> s.hour() >= 9 && s.hour() < 17 && moving.apply(s)).count();
    long night = motion.stream().filter(s -> s.hour() < 5 && moving.apply(s)).count();

    assertThat(day).isGreaterThan(10 * night + 50);
  }
}
