package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The settings that the deploy files give, and what they must be for several processes.
class DeployedSettingsTest {

  private static final Path DEPLOY = Path.of("../deploy");
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private static PlatformSettings bind(Map<String, String> environment, String roles) {
    return PlatformSettings.bind(null, environment, Map.of("roles", roles), Path.of("data"));
  }

  private static void add(Map<String, String> all, JsonNode more) {
    more.properties().forEach(each -> all.put(each.getKey(), each.getValue().asText()));
  }

  private static List<JsonNode> documents(String file) throws IOException {
    return YAML.readerFor(JsonNode.class)
        .<JsonNode>readValues(DEPLOY.resolve(file).toFile())
        .readAll();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gateway", "pipeline", "series", "subscriber", "view"})
  void everyPodHasWhatItsRoleNeeds(String role) throws IOException {
    Map<String, String> environment = new HashMap<>();
    for (String file : List.of("kubernetes/weir.yaml", "kubernetes/secrets.example.yaml")) {
      for (JsonNode document : documents(file)) {
        if (document.at("/metadata/name").asText().matches("weir-(settings|secrets)")) {
          add(environment, document.path("data"));
          add(environment, document.path("stringData"));
        }
      }
    }

    PlatformSettings bound = bind(environment, role);

    assertThat(bound.timescale().isGiven()).isTrue();
    assertThat(bound.timescale().password()).isNotEmpty();
    assertThat(bound.registry().isGiven()).isTrue();
    assertThat(bound.logIsEmbedded()).isFalse();
  }

  @Test
  void composeKeepsTheSeriesInItsTimescale() throws IOException {
    Map<String, String> environment = new HashMap<>();
    add(environment, documents("compose.yaml").getFirst().at("/services/weir/environment"));
    environment.replaceAll((name, value) -> value.replaceFirst("\\$\\{\\w+:-}", ""));

    PlatformSettings bound = bind(environment, "");

    assertThat(bound.timescale().host()).isEqualTo("postgres");
    assertThat(bound.rabbitmq().isSet()).isFalse();
    assertThat(bound.redis().isGiven()).isFalse();
    assertThat(bound.kafka().bootstrapServers()).isEqualTo("kafka:9092");
  }

  @ParameterizedTest
  @ValueSource(strings = {"series", "view", "gateway,pipeline,subscriber,view"})
  void writerAndViewerApartNeedAStoreOfBoth(String roles) {
    assertThatThrownBy(() -> bind(Map.of("DB_PATH", "events.db"), roles))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("timescale.url or timescale.host");

    assertThat(bind(Map.of("TIMESCALE_HOST", "db"), roles).timescale().isGiven()).isTrue();
    assertThat(bind(Map.of(), "gateway,pipeline").timescale().isGiven()).isFalse();
  }
}
