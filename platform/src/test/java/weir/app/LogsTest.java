package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.Listener;
import weir.testkit.PlatformProcess;

/// What a process writes down about itself, and what it never does.
class LogsTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PAYLOAD = "payload-4711-planted";
  private static final String WRONG_TOKEN = "weir_wrong_token_planted_0000";
  private static final String URL_PASSWORD = "planted-in-the-url";

  /// Whatever is shown to operators.
  private static final List<String> SHOWN =
      List.of(
          "/metrics",
          "/health",
          "/api/dead-letters",
          "/api/applications",
          "/api/endpoints",
          "/api/subscriptions",
          "/api/topics/iot.raw/messages",
          "/api/topics/iot.dlq/messages");

  @TempDir private Path folder;

  @Test
  void writesOneJsonObjectALineAndNeverASecretOrAPayload() throws Exception {
    Map<String, String> loudly =
        Map.of(
            "WEIR_LOG_FORMAT", "json",
            "WEIR_LOG_LEVEL", "trace",
            "WEIR_SIMULATOR_MIRROR", "true",
            "WEIR_WEBHOOK_ALLOW_LOOPBACK", "true");
    try (PlatformProcess weir = new PlatformProcess(folder, loudly)) {
      List<String> secrets = plant(weir);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> weir.get("/api/dead-letters").body().contains("UNREADABLE"));
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> weir.log().contains("Created mock device mock-real-hall-1"));
      for (String path : SHOWN) {
        assertThat(weir.get(path).body())
            .as(path)
            .doesNotContain(PlatformProcess.TOKEN, WRONG_TOKEN)
            .doesNotContain(secrets);
      }
      weir.stop();

      String log = weir.log();
      assertTheTwoLinesOfAMirroredDevice(log);
      assertThat(log)
          .doesNotContain(PlatformProcess.TOKEN, WRONG_TOKEN, URL_PASSWORD, PAYLOAD)
          .doesNotContain(secrets);
      assertNothingOnTheDisk(weir.dataDir(), secrets);
      List<String> lines = weir.errors().lines().toList();
      assertThat(lines).isNotEmpty();
      for (String line : lines) {
        JsonNode event = JSON.readTree(line);
        assertThat(event.path("level").asText()).isNotEmpty();
        assertThat(event.path("formattedMessage").asText()).isNotEmpty();
      }
    }
  }

  @Test
  void theTextFormIsOneLineForEachEventToo() throws Exception {
    LoggerContext context = new LoggerContext();
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(Objects.requireNonNull(Platform.class.getResource("/logback.xml")));
    Logger logger = context.getLogger("weir.app.Platform");
    Appender<ILoggingEvent> text =
        context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders().next();

    byte[] line =
        ((OutputStreamAppender<ILoggingEvent>) text)
            .getEncoder()
            .encode(
                new LoggingEvent(
                    "caller",
                    logger,
                    Level.WARN,
                    "a part is away reason={}",
                    new IllegalStateException("first\nsecond"),
                    new Object[] {"one\r\n  two\nthree"}));
    context.stop();

    assertThat(new String(line, StandardCharsets.UTF_8).lines().toList())
        .singleElement()
        .asString()
        .contains("WARN", "reason=one two three", "IllegalStateException", "second");
  }

  /// The two lines of the document, each to the letter.
  private static void assertTheTwoLinesOfAMirroredDevice(String log) throws IOException {
    List<String> said = new ArrayList<>();
    for (String line : log.lines().filter(one -> one.startsWith("{")).toList()) {
      said.add(JSON.readTree(line).path("formattedMessage").asText());
    }
    assertThat(said)
        .contains(
            "Published device event: device.created for device hall-1",
            "Created mock device mock-real-hall-1 for real device: hall-1");
  }

  /// Uses every secret and payload once, rightly and wrongly; returns those that were made.
  private static List<String> plant(PlatformProcess weir) throws Exception {
    weir.post("/api/devices", "{\"id\":\"hall-1\",\"type\":\"hvac\"}");
    HttpResponse<String> token = weir.post("/api/devices/breaker-001/credentials", "{}");
    String deviceToken = JSON.readTree(token.body()).path("token").asText("none");
    assertThat(deviceToken).as(token.body()).isNotEqualTo("none");
    JsonNode service =
        JSON.readTree(
            weir.post(
                    "/register",
                    "{\"service_name\":\"planted\",\"callback_url\":\"http://127.0.0.1:1025/hook?password="
                        + URL_PASSWORD
                        + "\"}")
                .body());
    String key = service.path("service_key").asText("none");
    assertThat(key).as("%s", service).isNotEqualTo("none");
    String id = service.path("service_id").asText();
    JsonNode access =
        JSON.readTree(
            weir.post("/token", "{\"service_id\":\"%s\",\"service_key\":\"%s\"}".formatted(id, key))
                .body());
    String accessToken = access.path("access_token").asText("none");
    assertThat(accessToken).as("%s", access).isNotEqualTo("none");
    weir.post("/api/applications/" + id + "/test", "");
    try (Listener device =
        Listener.ofDevice(
            weir.mqttPort(), "breaker-001", deviceToken, "iot/breaker-001/commands")) {
      device.publish("iot/breaker-001/raw", "neither JSON nor an event");
    }
    weir.post("/ingest", "{\"device_id\":\"" + PAYLOAD + " is no id\"}");
    weir.post("/ingest/iot/breaker-001/raw", PAYLOAD);
    weir.post("/ingest/nobody/knows", "{\"secret\":\"" + PAYLOAD + "\"}");
    withWrongToken(weir);
    try (Listener client = new Listener(weir.mqttPort(), "iot/#")) {
      client.publish(
          "iot/breaker-001/raw",
          "{\"device_id\":\"breaker-001\",\"device_type\":\"smart_breaker\",\"note\":\"%s\"}"
              .formatted(PAYLOAD));
      client.publish("iot/breaker-001/raw", PAYLOAD);
    }
    return List.of(deviceToken, key, accessToken, service.path("webhook_secret").asText("whsec_"));
  }

  /// Tokens and keys are kept as hashes, signing secrets encrypted, and none of them is in a topic,
  /// a dead letter or a dump.
  private static void assertNothingOnTheDisk(Path folder, List<String> secrets) throws IOException {
    List<String> all = new ArrayList<>(secrets);
    all.addAll(List.of(PlatformProcess.TOKEN, WRONG_TOKEN));
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(file.getFileName().toString()).doesNotEndWith(".hprof");
        assertThat(holds(file, all)).as(file.toString()).isFalse();
      }
    }
  }

  private static boolean holds(Path file, List<String> texts) throws IOException {
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    return texts.stream().anyMatch(bytes::contains);
  }

  private static void withWrongToken(PlatformProcess weir) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + weir.httpPort() + "/api/devices"))
              .header("Authorization", "Bearer " + WRONG_TOKEN)
              .build();
      assertThat(http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(401);
    }
  }
}
