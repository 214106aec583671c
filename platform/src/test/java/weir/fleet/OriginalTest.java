package weir.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import weir.fleet.model.Rating;

/// What a registered device is mirrored as.
class OriginalTest {

  private static Optional<Original> of(String json) throws Exception {
    return Original.of(new ObjectMapper().readTree(json));
  }

  @ParameterizedTest
  @CsvSource({
    "hvac, 25, 240",
    "lighting, 8.5, 240",
    "server, 45, 240",
    "industrial, 120, 480",
    "appliance, 15, 240",
    "sensor, 2, 12",
    "meter, 5, 240",
    "gateway, 10, 240",
    "controller, 12, 240",
    "novel, 10, 240",
  })
  void aTypeHasItsBasePowerAndVoltage(String type, double kilowatts, double volts)
      throws Exception {
    Original original = of("{\"id\":\"d\",\"type\":\"" + type + "\"}").orElseThrow();

    assertThat(original.mirrorId().value()).isEqualTo("mock-real-d");
    assertThat(original.rating()).isEqualTo(new Rating(kilowatts, volts, null));
  }

  @Test
  void whatTheDeviceGivesGoesBeforeItsType() throws Exception {
    Original original =
        of("{\"id\":\"d\",\"type\":\"sensor\",\"base_power\":0.5,\"base_voltage\":24}")
            .orElseThrow();
    assertThat(original.rating()).isEqualTo(new Rating(0.5, 24, null));
    assertThat(of("{\"id\":\"d\",\"type\":\"meter\",\"base_voltage\":400}").orElseThrow().rating())
        .isEqualTo(new Rating(5, 400, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"id\":\"mock-hvac-001\",\"type\":\"hvac\"}",
        "{\"id\":\"d\",\"type\":\"hvac\",\"metadata\":{\"registered_by\":\"first_contact\"}}",
        "{\"id\":\"d\",\"type\":\"Oven\",\"metadata\":{\"registered_by\":\"generator\"}}"
      })
  void whatSpeaksItselfIsNotMirrored(String device) throws Exception {
    assertThat(of(device)).isEmpty();
  }
}
