package weir.fleet.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import weir.device.DeviceId;

class ApplianceTest {

  private static List<Spoken> said(ApplianceType type, Duration period) {
    DeviceId id = new DeviceId(type.prefix() + "_model_1");
    Appliance appliance =
        new Appliance(
            id,
            type,
            type.models().getFirst(),
            Spoken.SURROUNDINGS,
            Spoken.random(type.label().length()));
    return Spoken.by(appliance, period);
  }

  @Test
  void speaksInTheDocumentedForm() {
    Spoken first = said(ApplianceType.REFRIGERATOR, Duration.ofMinutes(1)).getFirst();

    assertThat(first.path()).isEqualTo("iot/telemetry/Refrigerator/ref_model_1");
    assertThat(first.json().fieldNames())
        .toIterable()
        .containsExactly(
            "device_id",
            "device_type",
            "model_name",
            "status",
            "error_code",
            "timestamp",
            "sequence");
    assertThat(first.text("/timestamp")).isEqualTo("2026-03-02 00:00:00");
    assertThat(first.text("/model_name")).isEqualTo("GL-T432APZY");
  }

  @ParameterizedTest
  @EnumSource(ApplianceType.class)
  void showsAnErrorInTenPercentOfItsMessagesAndOnlyOneThatItsStatusCanCause(ApplianceType type) {
    List<Spoken> month = said(type, Duration.ofDays(30));
    List<Spoken> errors =
        month.stream().filter(said -> !said.json().get("error_code").isNull()).toList();

    assertThat(errors.size() / (double) month.size()).isBetween(0.09, 0.11);
    assertThat(errors)
        .allSatisfy(
            said ->
                assertThat(type.errors(said.text("/status"))).contains(said.text("/error_code")));
  }

  @Test
  void coolsAndIdlesByTurnsAndDefrostsNowAndThen() {
    Map<String, Long> statuses =
        said(ApplianceType.REFRIGERATOR, Duration.ofDays(7)).stream()
            .collect(Collectors.groupingBy(one -> one.text("/status"), Collectors.counting()));

    assertThat(statuses).containsOnlyKeys("idle", "cooling", "defrosting");
    assertThat(statuses.get("cooling")).isBetween(1_500L, 7_000L);
    assertThat(statuses.get("defrosting")).isBetween(200L, 900L);
  }

  @Test
  void isWatchedInTheEvening() {
    List<Spoken> month = said(ApplianceType.TELEVISION, Duration.ofDays(30));

    assertThat(on(month, 20)).isGreaterThan(5 * on(month, 4)).isGreaterThan(0.6);
  }

  private static double on(List<Spoken> month, int hour) {
    List<Spoken> then = month.stream().filter(one -> one.hour() == hour).toList();
    return then.stream().filter(one -> one.text("/status").equals("on")).count()
        / (double) then.size();
  }

  @ParameterizedTest
  @EnumSource(ApplianceType.class)
  void usesSeveralStatusesInAWeek(ApplianceType type) {
    assertThat(said(type, Duration.ofDays(7)).stream().map(one -> one.text("/status")).distinct())
        .hasSizeGreaterThanOrEqualTo(2);
  }
}
