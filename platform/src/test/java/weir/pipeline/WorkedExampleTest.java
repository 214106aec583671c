package weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The example in docs/reference/dialects.md works as it says.
class WorkedExampleTest {

  private static final Path PAGE = Path.of("../docs/reference/dialects.md");

  @Test
  void decodesTheGreenhouse(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("greenhouse.yaml"), block("yaml"));
    Listener listener = new Listener(Dialects.with(folder), PipelineSettings.defaults());

    Outcome outcome = listener.hear("greenhouse/gh-7/climate", block("json"));

    assertThat(Listener.readings(outcome))
        .containsOnly(
            entry("air.temperature", "21.5 °C"),
            entry("air.humidity", "68.0 %RH"),
            entry("soil.moisture", "31.2 %"),
            entry("vent", "'open'"),
            entry("pump", "1.0"));
    var event = Listener.decoded(outcome).event();
    assertThat(event.device().value()).isEqualTo("gh-7");
    assertThat(event.type()).isEqualTo("greenhouse_controller");
    assertThat(event.family()).isEqualTo("greenhouse");
    assertThat(event.time()).isEqualTo(Instant.ofEpochSecond(1780315199));
  }

  private static String block(String language) throws IOException {
    String page = Files.readString(PAGE);
    int start = page.indexOf("```" + language + "\n") + language.length() + 4;
    return page.substring(start, page.indexOf("```", start));
  }
}
