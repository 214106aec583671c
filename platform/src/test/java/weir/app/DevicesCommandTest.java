package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.app.cli.Main;

/// `weir devices` against a running platform.
class DevicesCommandTest {

  @TempDir Path folder;

  private record Said(int exit, String text) {}

  private static Said run(TestPlatform platform, String... words) {
    List<String> all = new ArrayList<>(List.of("devices"));
    all.addAll(List.of(words));
    all.addAll(List.of("--url", platform.url(), "--token", TestPlatform.TOKEN));
    StringWriter text = new StringWriter();
    int exit = Main.commandLine(new PrintWriter(text, true)).execute(all.toArray(String[]::new));
    return new Said(exit, text.toString());
  }

  @Test
  void generatedTokensLetDevicesInOverMqttAndHttp() throws Exception {
    Path tokens = folder.resolve("tokens.csv");
    try (TestPlatform platform =
        new TestPlatform(folder.resolve("data"), Map.of("mqtt.anonymous", "false"))) {
      Said first = run(platform, "generate", "5", "--tokens", tokens.toString());
      assertThat(first.exit()).isZero();
      assertThat(first.text())
          .contains("5 devices made, 0 were there already")
          .doesNotContain("no token");
      assertThat(run(platform, "generate", "5", "--tokens", tokens.toString()).exit())
          .as("tokens that cannot be seen again are not written over")
          .isNotZero();
      List<String> lines = Files.readAllLines(tokens);
      assertThat(lines).hasSize(6);
      assertThat(lines.getFirst()).isEqualTo("token,device_id,issued_at,expires_at,is_active");
      String[] cells = lines.get(1).split(",", -1);
      connect(platform.mqttPort(), cells[1], cells[0]);
      assertThatThrownBy(() -> connect(platform.mqttPort(), cells[1], "wrong"));
      assertThat(ingest(platform, cells[1], cells[0])).isEqualTo(202);
      assertThat(ingest(platform, cells[1], "wrong")).isEqualTo(401);
    }
  }

  @Test
  @Tag("long")
  void aHundredThousandAreMadeAndTheBarSaysSo() throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream bar = new ByteArrayOutputStream();
    try (TestPlatform platform = new TestPlatform(folder.resolve("data"), Map.of())) {
      System.setErr(new PrintStream(bar, true, StandardCharsets.UTF_8));
      Said said = run(platform, "generate", "100000");

      assertThat(said.exit()).isZero();
      assertThat(said.text()).contains("100000 devices made, 0 were there already");
      assertThat(bar.toString(StandardCharsets.UTF_8)).contains("100,000 of 100,000");
      assertThat(platform.get("/devices").body()).contains("\"total\":100015");
    } finally {
      System.setErr(before);
    }
  }

  private static void connect(int port, String user, String password) {
    Mqtt5BlockingClient client =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier(user)
            .serverHost("127.0.0.1")
            .serverPort(port)
            .simpleAuth()
            .username(user)
            .password(password.getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth()
            .buildBlocking();
    client.connect();
    client.disconnect();
  }

  private static int ingest(TestPlatform platform, String user, String password) throws Exception {
    String pair =
        Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(platform.url() + "/ingest"))
              .header("Authorization", "Basic " + pair)
              .header("Content-Type", "application/json")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"device_id\":\"%s\",\"temperature\":20,\"humidity\":50,\"timestamp\":\"%s\"}"
                          .formatted(user, Instant.now())))
              .build();
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }
}
