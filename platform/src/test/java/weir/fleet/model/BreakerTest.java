package weir.fleet.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import weir.device.DeviceId;

class BreakerTest {

  /// Every twelfth message of a week.
  private static List<Spoken> week = List.of();

  private static List<Spoken> telemetry = List.of();

  @BeforeAll
  static void listenForAWeek() {
    List<Spoken> heard = new ArrayList<>();
    int[] count = {0};
    Spoken.each(
        breaker(1),
        Duration.ofDays(7),
        message -> {
          if (count[0]++ % 12 == 0) {
            heard.add(Spoken.of(message));
          }
        });
    week = heard;
    telemetry = week.stream().filter(said -> said.text("/event_type").equals("telemetry")).toList();
  }

  @AfterAll
  static void forget() {
    week = List.of();
    telemetry = List.of();
  }

  private static Breaker breaker(long seed) {
    return new Breaker(new DeviceId("breaker-001"), Spoken.SURROUNDINGS, Spoken.random(seed));
  }

  @Test
  void speaksOnItsThreeTopicsInTheDocumentedForm() {
    assertThat(week)
        .extracting(Spoken::path)
        .containsOnly("iot/breaker-001/raw", "iot/breaker-001/trends", "iot/breaker-001/status");
    JsonNode first = telemetry.getFirst().json();
    assertThat(first.fieldNames())
        .toIterable()
        .containsExactly(
            "device_id", "device_type", "timestamp", "event_type", "sequence", "measurements");
    assertThat(first.get("measurements").fieldNames())
        .toIterable()
        .containsExactly(
            "voltage",
            "current",
            "power",
            "frequency",
            "temperature",
            "status",
            "protection",
            "operational");
    assertThat(first.get("timestamp").asText())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
  }

  @Test
  void powerAddsUp() {
    for (Spoken said : telemetry) {
      double sum = 0;
      for (String phase : List.of("a", "b", "c")) {
        sum +=
            said.number("/measurements/voltage/phase_" + phase)
                * said.number("/measurements/current/phase_" + phase);
      }
      double apparent = said.number("/measurements/power/apparent");
      double active = said.number("/measurements/power/active");
      double reactive = said.number("/measurements/power/reactive");
      assertThat(apparent).isCloseTo(sum, within(0.01));
      assertThat(active)
          .isCloseTo(apparent * said.number("/measurements/power/factor"), within(0.01));
      assertThat(Math.hypot(active, reactive)).isCloseTo(apparent, within(0.02));
    }
  }

  @Test
  void staysWithinTheDocumentedRanges() {
    range("/measurements/frequency/value", 59.5, 60.5);
    range("/measurements/temperature/value", 20, 80);
    range("/measurements/protection/trip_count", 0, 999);
    range("/measurements/protection/ground_fault_current", 0, 5);
    range("/measurements/operational/load_percentage", 0, 90);
    range("/measurements/operational/operating_hours", 100, 87_600);
    for (String phase : List.of("a", "b", "c")) {
      range("/measurements/voltage/phase_" + phase, 110, 130);
      range("/measurements/current/phase_" + phase, 0, 100);
    }
    List<Spoken> closed =
        telemetry.stream()
            .filter(said -> said.number("/measurements/status/breaker") == 1)
            .toList();
    range(closed, "/measurements/power/active", 5_000, 12_000);
    range(closed, "/measurements/power/reactive", 1_000, 3_000);
    range(closed, "/measurements/power/apparent", 5_000, 13_000);
    range(closed, "/measurements/power/factor", 0.85, 0.98);
    range(closed, "/measurements/operational/load_percentage", 20, 90);
  }

  private static void range(String pointer, double least, double most) {
    range(telemetry, pointer, least, most);
  }

  private static void range(List<Spoken> of, String pointer, double least, double most) {
    assertThat(of)
        .as(pointer)
        .allSatisfy(said -> assertThat(said.number(pointer)).isBetween(least, most));
  }

  @Test
  void worksByDayAndRestsAtNightAndAtTheWeekend() {
    double day = load(said -> !said.isWeekend() && said.hour() >= 9 && said.hour() < 16);
    double night = load(said -> said.hour() < 5);
    double weekend = load(said -> said.isWeekend() && said.hour() >= 9 && said.hour() < 16);

    assertThat(day).isGreaterThan(1.6 * night).isGreaterThan(1.4 * weekend);
  }

  private static double load(Predicate<Spoken> when) {
    return telemetry.stream()
        .filter(when)
        .mapToDouble(said -> said.number("/measurements/operational/load_percentage"))
        .average()
        .orElseThrow();
  }

  @Test
  void isWarmestSomeTimeAfterItsLoadWasHighest() {
    double[] loads = new double[24 * 60];
    double[] degrees = new double[24 * 60];
    for (Spoken said : Spoken.by(breaker(1), Duration.ofDays(1))) {
      if (said.text("/event_type").equals("telemetry")) {
        int minute = (int) Duration.between(Spoken.MONDAY, said.time()).toMinutes();
        loads[minute] = said.number("/measurements/operational/load_percentage");
        degrees[minute] = said.number("/measurements/temperature/value");
      }
    }
    int best = 0;
    double highest = -1;
    for (int lag = 0; lag <= 60; lag += 2) {
      double similar = correlation(loads, degrees, lag);
      if (similar > highest) {
        highest = similar;
        best = lag;
      }
    }
    assertThat(best).as("minutes of lag").isBetween(6, 45);
  }

  private static double correlation(double[] one, double[] later, int lag) {
    int length = one.length - lag;
    double meanOne = Arrays.stream(one, 0, length).average().orElseThrow();
    double meanLater = Arrays.stream(later, lag, lag + length).average().orElseThrow();
    double both = 0;
    double squareOne = 0;
    double squareLater = 0;
    for (int i = 0; i < length; i++) {
      double x = one[i] - meanOne;
      double y = later[i + lag] - meanLater;
      both += x * y;
      squareOne += x * x;
      squareLater += y * y;
    }
    return both / Math.sqrt(squareOne * squareLater);
  }

  @Test
  void burstsOnceInFourTimesWithThreeToSixMessages() {
    List<Step> steps = Spoken.steps(breaker(2), Duration.ofDays(1));
    int bursts = 0;
    int cycles = 0;
    int inBurst = 0;
    for (Step step : steps) {
      inBurst++;
      if (step.pause().toMillis() == 200) {
        continue;
      }
      cycles++;
      assertThat(step.pause()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(8));
      if (step.messages().size() == 3) {
        bursts++;
        assertThat(inBurst).isBetween(3, 6);
      } else {
        assertThat(inBurst).isEqualTo(1);
      }
      inBurst = 0;
    }
    assertThat(bursts / (double) cycles).isBetween(0.23, 0.27);
  }

  @Test
  void trendsSumUpTheBurstBeforeThem() {
    List<Spoken> burst = new ArrayList<>();
    int checked = 0;
    for (Spoken said : Spoken.by(breaker(1), Duration.ofHours(2))) {
      switch (said.text("/event_type")) {
        case "telemetry" -> {
          if (!burst.isEmpty()
              && Duration.between(burst.getLast().time(), said.time()).toMillis() > 200) {
            burst.clear();
          }
          burst.add(said);
        }
        case "trends" -> {
          checked++;
          matches(said, 0, burst, "/measurements/voltage/phase_a");
          matches(said, 1, burst, "/measurements/current/phase_a");
          matches(said, 2, burst, "/measurements/power/active");
          matches(said, 3, burst, "/measurements/temperature/value");
          burst.clear();
        }
        default -> assertThat(said.text("/status/firmware_version")).isEqualTo("2.1.0");
      }
    }
    assertThat(checked).isGreaterThan(100);
  }

  private static void matches(Spoken trends, int index, List<Spoken> burst, String pointer) {
    var figures = burst.stream().mapToDouble(said -> said.number(pointer)).summaryStatistics();
    JsonNode trend = trends.json().at("/trends/" + index);
    assertThat(trend.get("v").isTextual()).isTrue();
    assertThat(trend.get("min").asDouble()).isCloseTo(figures.getMin(), within(0.006));
    assertThat(trend.get("max").asDouble()).isCloseTo(figures.getMax(), within(0.006));
    assertThat(trend.get("avg").asDouble()).isCloseTo(figures.getAverage(), within(0.006));
    assertThat(trend.get("t").asLong()).isEqualTo(trends.time().getEpochSecond());
  }

  @Test
  void aTrippedBreakerCarriesNoCurrentAndHasVoltageStill() {
    List<Spoken> open = new ArrayList<>();
    Spoken.each(
        breaker(1),
        Duration.ofDays(14),
        message -> {
          if (new String(message.payload(), StandardCharsets.UTF_8).contains("\"breaker\":0")) {
            open.add(Spoken.of(message));
          }
        });

    assertThat(open).hasSizeBetween(10, 3_000);
    List<Spoken> settled =
        open.stream()
            .filter(said -> said.number("/measurements/operational/load_percentage") == 0)
            .toList();
    assertThat(settled)
        .hasSizeGreaterThan(open.size() / 2)
        .allSatisfy(
            said -> {
              assertThat(said.number("/measurements/power/active")).isZero();
              assertThat(said.number("/measurements/current/phase_b")).isZero();
              assertThat(said.number("/measurements/voltage/phase_b")).isBetween(110.0, 130.0);
              assertThat(said.number("/measurements/protection/trip_count")).isPositive();
            });
  }
}
