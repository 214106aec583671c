package weir;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What can be held of the deploy files without an engine: they parse, name what exists, and keep
/// the rules of safe containers. Nothing here starts a container.
class DeployTest {

  private static final Path DEPLOY = Path.of("..").toAbsolutePath().normalize().resolve("deploy");
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private static List<JsonNode> documents(Path file) throws IOException {
    return YAML.readerFor(JsonNode.class).<JsonNode>readValues(file.toFile()).readAll();
  }

  private static List<JsonNode> manifests() throws IOException {
    List<JsonNode> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(DEPLOY.resolve("kubernetes"))) {
      for (Path file : files.sorted().toList()) {
        all.addAll(documents(file));
      }
    }
    return all;
  }

  private static List<JsonNode> workloads() throws IOException {
    return manifests().stream()
        .filter(one -> one.path("kind").asText().equals("StatefulSet"))
        .toList();
  }

  @Test
  void everyManifestSaysWhatItIs() throws IOException {
    for (JsonNode one : manifests()) {
      assertThat(one.path("apiVersion").asText()).isNotEmpty();
      assertThat(one.path("kind").asText()).isNotEmpty();
      assertThat(one.path("metadata").path("name").asText()).isNotEmpty();
    }
  }

  @Test
  void everyRoleIsPlayedByAWorkload() throws IOException {
    Set<String> played = new TreeSet<>();
    for (JsonNode one : workloads()) {
      JsonNode template = one.path("spec").path("template");
      assertThat(one.path("spec").path("selector").path("matchLabels"))
          .isEqualTo(template.path("metadata").path("labels"));
      played.add(template.path("spec").path("containers").path(0).path("args").path(2).asText());
    }
    assertThat(played).containsExactly("gateway", "pipeline", "series", "subscriber", "view");
  }

  @Test
  void everyContainerIsProbedLimitedAndWithoutRights() throws IOException {
    for (JsonNode one : workloads()) {
      JsonNode pod = one.path("spec").path("template").path("spec");
      assertThat(pod.path("securityContext").path("runAsNonRoot").asBoolean()).isTrue();
      JsonNode container = pod.path("containers").path(0);
      assertThat(container.path("image").asText()).doesNotEndWith(":latest").contains(":");
      for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
        assertThat(container.path(probe).path("httpGet").path("path").asText())
            .isIn("/health/live", "/health/ready");
      }
      for (String bound : List.of("requests", "limits")) {
        assertThat(container.path("resources").path(bound).has("cpu")).isTrue();
        assertThat(container.path("resources").path(bound).has("memory")).isTrue();
      }
      assertThat(container.path("volumeMounts").findValuesAsText("mountPath"))
          .containsExactly("/data", "/tmp", "/keys");
      JsonNode rights = container.path("securityContext");
      assertThat(rights.path("readOnlyRootFilesystem").asBoolean()).isTrue();
      assertThat(rights.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
      assertThat(rights.path("capabilities").path("drop").path(0).asText()).isEqualTo("ALL");
    }
  }

  @Test
  void theAutoscalersScaleWhatExists() throws IOException {
    List<String> names =
        workloads().stream().map(one -> one.path("metadata").path("name").asText()).toList();
    int scalers = 0;
    for (JsonNode one : manifests()) {
      JsonNode target = one.path("spec").path("scaleTargetRef");
      if (!target.isMissingNode()) {
        scalers++;
        assertThat(target.path("name").asText()).isIn(names);
      }
    }
    assertThat(scalers).isEqualTo(2);
  }

  @Test
  void composeServicesHaveAProfileAFixedImageLimitsAndNeighboursThatExist() throws IOException {
    JsonNode compose = documents(DEPLOY.resolve("compose.yaml")).getFirst();
    JsonNode services = compose.path("services");
    Set<String> profiles = new TreeSet<>();
    for (Map.Entry<String, JsonNode> each : services.properties()) {
      JsonNode service = each.getValue();
      service.path("profiles").forEach(profile -> profiles.add(profile.asText()));
      assertThat(service.path("image").asText()).as(each.getKey()).contains(":");
      assertThat(service.path("image").asText()).as(each.getKey()).doesNotEndWith(":latest");
      assertThat(service.path("deploy").path("resources").path("limits").has("memory"))
          .as(each.getKey())
          .isTrue();
      service
          .path("depends_on")
          .fieldNames()
          .forEachRemaining(name -> assertThat(services.has(name)).as(name).isTrue());
    }
    assertThat(profiles)
        .containsExactly("all", "infrastructure", "monitoring", "rabbitmq", "redis");
  }

  /// A tmpfs runs nothing unless told, and SQLite unpacks its library there.
  @Test
  void theContainerWritesInItsDataAndAFolderThatLibrariesRunFrom() throws IOException {
    JsonNode weir = service("weir");
    assertThat(weir.path("read_only").asBoolean()).isTrue();
    assertThat(weir.path("tmpfs").path(0).asText()).isEqualTo("/tmp:exec");
    assertThat(Files.readString(DEPLOY.resolveSibling("docs/reference/deploy.md")))
        .contains("docker run --read-only --tmpfs /tmp:exec ");
  }

  private static JsonNode service(String name) throws IOException {
    JsonNode services = documents(DEPLOY.resolve("compose.yaml")).getFirst().path("services");
    assertThat(services.has(name)).as(name).isTrue();
    return services.path(name);
  }

  /// What a program on this machine finds behind a port of its own.
  private static Set<String> addressesOnThisMachine() throws IOException {
    JsonNode services = documents(DEPLOY.resolve("compose.yaml")).getFirst().path("services");
    Set<String> found = new TreeSet<>();
    for (JsonNode service : services) {
      for (JsonNode port : service.path("ports")) {
        String outside = port.asText().replaceFirst(":\\d+$", "");
        found.add(outside.contains(":") ? outside : "127.0.0.1:" + outside);
      }
      for (JsonNode word : service.path("command")) {
        if (word.asText().startsWith("--web.listen-address=")) {
          found.add(word.asText().replaceFirst(".*=", ""));
        }
      }
    }
    return found;
  }

  @Test
  void whatIsNotForDevicesIsPublishedOnLoopbackOnly() throws IOException {
    for (String name : List.of("kafka", "postgres", "rabbitmq", "redis")) {
      assertThat(service(name).path("ports")).as(name).isNotEmpty();
      for (JsonNode port : service(name).path("ports")) {
        assertThat(port.asText()).as(name).startsWith("127.0.0.1:");
      }
    }
    assertThat(addressesOnThisMachine())
        .contains("127.0.0.1:9092", "127.0.0.1:5432", "127.0.0.1:15672", "127.0.0.1:6379");
  }

  @Test
  void kafkaIsFoundFromBothSidesAndMissesADeadConsumerSoon() throws IOException {
    JsonNode environment = service("kafka").path("environment");
    assertThat(environment.path("KAFKA_ADVERTISED_LISTENERS").asText())
        .contains("//kafka:9092")
        .contains("//127.0.0.1:9092");
    for (String name : List.of("SESSION_TIMEOUT_MS", "MIN_SESSION_TIMEOUT_MS")) {
      assertThat(environment.path("KAFKA_GROUP_CONSUMER_" + name).asInt()).isEqualTo(10_000);
    }
  }

  @Test
  void prometheusAndGrafanaFindWhatTheyAskFor() throws IOException {
    Set<String> there = addressesOnThisMachine();
    JsonNode prometheus = documents(DEPLOY.resolve("prometheus/prometheus.yml")).getFirst();
    for (JsonNode job : prometheus.path("scrape_configs")) {
      assertThat(job.at("/static_configs/0/targets/0").asText()).isIn(there);
    }
    JsonNode sources =
        documents(DEPLOY.resolve("grafana/provisioning/datasources/weir.yaml"))
            .getFirst()
            .path("datasources");
    JsonNode grafana = service("grafana");
    assertThat(sources.at("/0/url").asText()).startsWith("http://");
    assertThat(sources.at("/0/url").asText().substring("http://".length())).isIn(there);
    assertThat(sources.at("/1/url").asText()).isEqualTo("${GRAFANA_SERIES_HOST}");
    assertThat(grafana.at("/environment/GRAFANA_SERIES_HOST").asText()).isIn(there);
    for (String name : List.of("prometheus", "grafana")) {
      assertThat(service(name).path("network_mode").asText()).as(name).isEqualTo("host");
    }
  }

  @Test
  void grafanaLoadsTheDashboardsFromWhereTheyAreMounted() throws IOException {
    JsonNode grafana = service("grafana");
    String path =
        documents(DEPLOY.resolve("grafana/provisioning/dashboards/weir.yaml"))
            .getFirst()
            .at("/providers/0/options/path")
            .asText()
            .replace("${WEIR_HOME}", grafana.at("/environment/WEIR_HOME").asText());
    List<String> mounts = new ArrayList<>();
    grafana.path("volumes").forEach(mount -> mounts.add(mount.asText()));

    assertThat(mounts).contains("./grafana/dashboards:" + path + ":ro");
    for (String mount : mounts) {
      if (mount.startsWith("./")) {
        assertThat(DEPLOY.resolve(mount.substring(0, mount.indexOf(':')))).exists();
      }
    }
  }

  @Test
  void theImageIsPinnedSmallAndRunByNobody() throws IOException {
    List<String> lines = Files.readAllLines(DEPLOY.resolve("Dockerfile"));
    List<String> bases = lines.stream().filter(line -> line.startsWith("FROM ")).toList();
    assertThat(bases).hasSize(3).allMatch(line -> line.matches("FROM [\\w./-]+:[\\w.-]+( AS .*)?"));
    assertThat(bases.getLast()).doesNotContain("jdk");
    int user = lines.indexOf("USER 10001:10001");
    assertThat(user).isPositive();
    assertThat(lines.subList(user, lines.size())).noneMatch(line -> line.startsWith("RUN "));
    assertThat(lines).noneMatch(line -> line.startsWith("ADD ") || line.contains("curl "));
    for (String line : lines) {
      if (line.startsWith("COPY ") && !line.startsWith("COPY --from")) {
        String[] words = line.split(" ", -1);
        for (int i = 1; i < words.length - 1; i++) {
          assertThat(DEPLOY.resolveSibling(words[i])).as(line).exists();
        }
      }
    }
  }
}
