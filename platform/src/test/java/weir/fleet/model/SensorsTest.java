package weir.fleet.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import weir.device.DeviceId;

class SensorsTest {

  @Test
  void roomSensorsPostEveryTwoSecondsWithinTheDocumentedRanges() {
    RoomSensor sensor =
        new RoomSensor(new DeviceId("esp32-01"), Spoken.SURROUNDINGS, Spoken.random(1));
    List<Spoken> day = Spoken.by(sensor, Duration.ofDays(1));

    assertThat(day).hasSize(43_200);
    assertThat(day)
        .allSatisfy(
            said -> {
              assertThat(said.path()).isEqualTo("/ingest");
              assertThat(said.number("/temperature")).isBetween(18.0, 35.0);
              assertThat(said.number("/humidity")).isBetween(30.0, 85.0);
            });
    assertThat(day.getFirst().text("/timestamp")).isEqualTo("2026-03-02T00:00:00.000000+00:00");
    assertThat(average(day, "/temperature", 14)).isGreaterThan(average(day, "/temperature", 4) + 1);
    assertThat(average(day, "/humidity", 14)).isLessThan(average(day, "/humidity", 4) - 5);
  }

  @Test
  void environmentalSensorsFeelOneWeather() {
    List<Spoken> one = environment("env-001", 1);
    List<Spoken> other = environment("env-002", 2);

    assertThat(one).hasSize(2_880);
    assertThat(one)
        .allSatisfy(
            said -> {
              assertThat(said.number("/measurements/temperature/value")).isBetween(-40.0, 85.0);
              assertThat(said.number("/measurements/humidity/value")).isBetween(0.0, 100.0);
              assertThat(said.number("/measurements/pressure/value")).isBetween(900.0, 1_100.0);
            });
    String celsius = "/measurements/temperature/value";
    assertThat(average(one, celsius, 15)).isGreaterThan(average(one, celsius, 4) + 5);
    for (int hour = 0; hour < 24; hour++) {
      assertThat(Math.abs(average(one, celsius, hour) - average(other, celsius, hour)))
          .isLessThan(5);
    }
  }

  private static List<Spoken> environment(String id, long seed) {
    return Spoken.by(
        new EnvironmentalSensor(new DeviceId(id), Spoken.SURROUNDINGS, Spoken.random(seed)),
        Duration.ofDays(1));
  }

  @Test
  void metersOnlyGoUpAndShowTheHouseholdsEvening() {
    SmartMeter meter =
        new SmartMeter(new DeviceId("meter-001"), Spoken.SURROUNDINGS, Spoken.random(1));
    List<Spoken> day = Spoken.by(meter, Duration.ofDays(1));

    assertThat(day).hasSize(1_440);
    double last = 0;
    for (Spoken said : day) {
      assertThat(said.number("/measurements/energy/value")).isGreaterThanOrEqualTo(last);
      assertThat(said.number("/measurements/power_factor/value")).isBetween(0.8, 1.0);
      last = said.number("/measurements/energy/value");
    }
    assertThat(average(day, "/measurements/demand/value", 19))
        .isGreaterThan(1.5 * average(day, "/measurements/demand/value", 3));
  }

  private static double average(List<Spoken> day, String pointer, int hour) {
    return day.stream()
        .filter(said -> said.hour() == hour)
        .mapToDouble(said -> said.number(pointer))
        .average()
        .orElseThrow();
  }
}
