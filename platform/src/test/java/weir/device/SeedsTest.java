package weir.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import weir.testkit.TestEngine;

@ParameterizedClass
@EnumSource(TestEngine.class)
class SeedsTest {

  private final TestEngine engine;

  SeedsTest(TestEngine engine) {
    this.engine = engine;
  }

  @TempDir private Path folder;

  private Registry open() {
    return new Registry(
        engine.in(folder, "registry.db"), DeviceSettings.defaults(), InstantSource.system());
  }

  @Test
  void theTypesOfAllFamiliesAreThere() {
    try (Registry registry = open()) {
      assertThat(registry.types().list())
          .extracting(DeviceType::name)
          .containsExactlyInAnyOrder(
              "smart_breaker",
              "smart_meter",
              "environmental_sensor",
              "Refrigerator",
              "Television",
              "AirConditioner",
              "WashingMachine",
              "AirPurifier",
              "Oven",
              "hvac",
              "lighting",
              "server",
              "sensor",
              "meter",
              "gateway",
              "appliance",
              "industrial",
              "controller",
              "f2_controller",
              "http_sensor");
    }
  }

  @Test
  void theBreakerIsDescribedInFull() {
    try (Registry registry = open()) {
      DeviceType breaker = registry.types().find("smart_breaker").orElseThrow();
      assertThat(breaker.displayName()).isEqualTo("Smart Circuit Breaker");
      assertThat(breaker.description())
          .isEqualTo("Intelligent circuit breaker with monitoring and protection capabilities");
      assertThat(breaker.category()).isEqualTo("electrical_protection");
      assertThat(breaker.capabilities())
          .hasSize(8)
          .startsWith(
              "voltage_monitoring",
              "current_monitoring",
              "power_monitoring",
              "frequency_monitoring");
      assertThat(breaker.updateFrequency()).isEqualTo("5_seconds");
      assertThat(breaker.retentionPolicy().duration()).contains(Duration.ofDays(30));
      assertThat(breaker.measurements().keySet())
          .containsExactly(
              "voltage",
              "current",
              "power",
              "frequency",
              "temperature",
              "status",
              "protection",
              "operational");
      DeviceType.Field phase = breaker.field("voltage.phase_a").orElseThrow();
      assertThat(phase.unit()).isEqualTo("V");
      assertThat(phase.min()).isEqualTo(110);
      assertThat(phase.max()).isEqualTo(130);
      assertThat(breaker.field("frequency").orElseThrow().admits(62)).isFalse();
      assertThat(breaker.manufacturers().get(0).models()).contains("SB-3000");
    }
  }

  @Test
  void retentionIsKnownForEveryType() {
    try (Registry registry = open()) {
      assertThat(registry.types().find("smart_meter").orElseThrow().retentionPolicy().duration())
          .contains(Duration.ofDays(365));
      assertThat(
              registry
                  .types()
                  .find("environmental_sensor")
                  .orElseThrow()
                  .retentionPolicy()
                  .duration())
          .contains(Duration.ofDays(90));
      assertThat(registry.types().find("http_sensor").orElseThrow().retentionPolicy().duration())
          .isEmpty();
    }
  }

  @Test
  void theTenParametersOfTheControllersAreThere() {
    try (Registry registry = open()) {
      assertThat(registry.parameters().list(0, 100).stream().map(SeedsTest::line))
          .containsExactly(
              """
              f2-e4fd45f654be access-control-mode door-sensors null BOOLEAN_MAP state 1.0
              f2-e4fd45f654be access-control-mode strike 1 BOOLEAN state 1.0
              f2-e4fd45f654be sensor-mode sensor 3 HEX_TO_FLOAT celsius 0.1
              f2-e4fd45f654be alarm-mode motion-sensor 1 BOOLEAN presence 1.0
              f2-e4fd45f654be access-control-mode reader 1 RAW_STRING text 1.0
              f2-e4fd45f654be access-control-mode exit-buttons null BOOLEAN_MAP state 1.0
              f2-e4fd45f654be alarm-mode siren 1 BOOLEAN state 1.0
              f2-abc123def456 sensor-mode sensor 1 HEX_TO_FLOAT humidity 0.01
              f2-abc123def456 sensor-mode sensor 2 HEX_TO_FLOAT pressure 0.1
              f2-abc123def456 access-control-mode door-sensors null BOOLEAN_MAP state 1.0
              """
                  .lines()
                  .toArray(String[]::new));
    }
  }

  private static String line(DecodingParameter one) {
    return String.join(
        " ",
        one.device().value(),
        one.mode(),
        one.componentType(),
        String.valueOf(one.componentId()),
        one.encoding().name(),
        one.unit(),
        String.valueOf(one.scale()));
  }

  @Test
  void theSampleDevicesAreThere() {
    try (Registry registry = open()) {
      assertThat(registry.devices().list(DeviceQuery.first(100)))
          .extracting(device -> device.id().value())
          .containsExactly(
              "airconditioner-001",
              "airconditioner-002",
              "breaker-001",
              "esp32-01",
              "esp32-02",
              "esp32-03",
              "f2-abc123def456",
              "f2-e4fd45f654be",
              "mock-appliance-001",
              "mock-hvac-001",
              "mock-industrial-001",
              "mock-lighting-001",
              "mock-server-001",
              "ref_model_12",
              "refrigerator-001");
      Device hvac = registry.devices().find(new DeviceId("mock-hvac-001")).orElseThrow();
      assertThat(hvac.name()).isEqualTo("HVAC System - Building A");
      assertThat(hvac.basePower()).isEqualTo(25.0);
    }
  }
}
