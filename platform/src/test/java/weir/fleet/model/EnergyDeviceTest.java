package weir.fleet.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import weir.device.DeviceId;

class EnergyDeviceTest {

  private static EnergyDevice device(EnergyType type) {
    DeviceId id = new DeviceId("mock-" + type.label() + "-001");
    return new EnergyDevice(id, type, Spoken.SURROUNDINGS, Spoken.random(type.label().length()));
  }

  private static List<Spoken> readings(EnergyType type, Duration period) {
    return Spoken.by(device(type), period).stream()
        .filter(said -> said.path().endsWith("/data"))
        .toList();
  }

  @Test
  void publishesReadingsThenStatusEveryFiveSeconds() {
    List<Step> steps = Spoken.steps(device(EnergyType.HVAC), Duration.ofMinutes(5));

    assertThat(steps).hasSize(60);
    assertThat(steps)
        .allSatisfy(
            step -> {
              assertThat(step.pause()).isEqualTo(Duration.ofSeconds(5));
              assertThat(step.messages())
                  .extracting(Message::path)
                  .containsExactly(
                      "energy/devices/mock-hvac-001/data", "energy/devices/mock-hvac-001/status");
            });
  }

  @ParameterizedTest
  @EnumSource(EnergyType.class)
  void showsItsOwnVoltageAndACurrentThatFits(EnergyType type) {
    for (Spoken said : readings(type, Duration.ofHours(6))) {
      double volts = said.number("/voltage");
      double watts = 1_000 * said.number("/power");
      assertThat(said.number("/current")).isCloseTo(watts / volts, within(0.006));
      if (!said.json().get("anomaly").asBoolean()) {
        assertThat(volts).isBetween(0.979 * type.volts, 1.021 * type.volts);
        assertThat(said.number("/power")).isBetween(0.1, 1.1 * type.kilowatts);
      }
    }
  }

  @Test
  void sumsUpItsPower() {
    double sum = 0;
    double first = Double.NaN;
    List<Spoken> all = readings(EnergyType.SERVER, Duration.ofHours(2));
    for (Spoken said : all) {
      if (Double.isNaN(first)) {
        first = said.number("/energy");
        continue;
      }
      sum += said.number("/power") * 5 / 3_600;
    }
    assertThat(all.getLast().number("/energy") - first).isCloseTo(sum, within(0.01));
  }

  @Test
  void followsTheDay() {
    double day = average(EnergyType.HVAC, 10);
    double night = average(EnergyType.HVAC, 3);

    assertThat(day).isGreaterThan(1.4 * night);
    assertThat(average(EnergyType.LIGHTING, 18))
        .isGreaterThan(1.4 * average(EnergyType.LIGHTING, 2));
  }

  private static double average(EnergyType type, int hour) {
    return readings(type, Duration.ofDays(1)).stream()
        .filter(said -> said.hour() == hour && !said.json().get("anomaly").asBoolean())
        .mapToDouble(said -> said.number("/power"))
        .average()
        .orElseThrow();
  }

  @Test
  void anAnomalyOfOneReadingIsOverWithIt() {
    EnergyDevice device = device(EnergyType.METER);
    device.misbehave(Anomaly.Kind.POWER_SPIKE, 1, 5.0);

    List<Spoken> said =
        Spoken.by(device, Duration.ofSeconds(10)).stream()
            .filter(one -> one.path().endsWith("/data"))
            .toList();

    assertThat(said.getFirst().text("/anomaly_type")).isEqualTo("power_spike");
    assertThat((int) said.getFirst().number("/anomaly_duration_remaining")).isEqualTo(1);
    assertThat(said.getFirst().number("/power")).isGreaterThan(3);
    assertThat(said.get(1).json().get("anomaly").asBoolean()).isFalse();
    assertThat(device.anomaly()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          set_enabled | {"enabled":0}
          set_enabled | {"enabled":"false"}
          set_enabled | {}
          set_online  | {"online":0}
          set_power   | {"power":"5"}
          set_power   | {"power":0.01}
          set_power   | {"power":1001}
          """)
  void whatItRefusesChangesNothing(String command, String parameters) {
    EnergyDevice device = device(EnergyType.METER);
    Order order = order(command, parameters);

    assertThat(device.obey(order).obeyed()).isFalse();

    assertThat(device.isEnabled()).isTrue();
    assertThat(device.isOnline()).isTrue();
    Spoken said = Spoken.by(device, Duration.ofSeconds(5)).getFirst();
    assertThat(said.number("/power")).isBetween(0.1, 50.0);
  }

  @Test
  void obeysWhatItKnows() {
    EnergyDevice device = device(EnergyType.METER);
    assertThat(device.obey(order("set_power", "{\"power\":1000}")).obeyed()).isTrue();
    assertThat(Spoken.by(device, Duration.ofSeconds(5)).getFirst().number("/power"))
        .isGreaterThan(700);
    assertThat(device.obey(order("set_enabled", "{\"enabled\":false}")).obeyed()).isTrue();
    Spoken disabled = Spoken.by(device, Duration.ofSeconds(5)).getFirst();
    assertThat(disabled.number("/power")).isZero();
    assertThat(disabled.number("/voltage")).isZero();
    assertThat(disabled.text("/status")).isEqualTo("offline");
    assertThat(disabled.json().get("enabled").asBoolean()).isFalse();
  }

  private static Order order(String command, String parameters) {
    String payload = "{\"command\":\"%s\",\"parameters\":%s}".formatted(command, parameters);
    return Order.parse("energy/devices/mock-meter-001/commands", payload.getBytes(UTF_8))
        .orElseThrow();
  }

  @Test
  void beginsAnAnomalyAtTwoPercentOfReadingsAndCountsItDownExactly() {
    int normal = 0;
    int begun = 0;
    int left = 0;
    Map<String, Set<Integer>> lengths = new HashMap<>();
    for (Spoken said : readings(EnergyType.METER, Duration.ofDays(3))) {
      if (left > 0) {
        assertThat(said.json().get("anomaly").asBoolean()).isTrue();
        assertThat((int) said.number("/anomaly_duration_remaining")).isEqualTo(left);
        left--;
        continue;
      }
      normal++;
      if (said.json().get("anomaly").asBoolean()) {
        begun++;
        int length = (int) said.number("/anomaly_duration_remaining");
        lengths.computeIfAbsent(said.text("/anomaly_type"), type -> new HashSet<>()).add(length);
        left = length - 1;
      } else {
        assertThat(said.json().has("anomaly_type")).isFalse();
      }
    }
    assertThat(begun / (double) normal).isBetween(0.018, 0.022);
    assertThat(lengths.get("high_power_consumption"))
        .containsExactlyInAnyOrder(3, 4, 5, 6, 7, 8, 9, 10);
    assertThat(lengths.get("voltage_fluctuation"))
        .containsExactlyInAnyOrder(3, 4, 5, 6, 7, 8, 9, 10);
    assertThat(lengths.get("power_spike")).containsExactly(3);
    assertThat(lengths.get("sustained_high_load")).containsExactlyInAnyOrder(8, 9, 10);
  }
}
