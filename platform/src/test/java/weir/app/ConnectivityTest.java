package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import weir.testkit.Mosquitto;
import weir.testkit.RabbitServer;
import weir.testkit.RedisServer;

/// Round trips to servers that are not ours, before and after they are killed.
class ConnectivityTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @Test
  @EnabledIf("weir.testkit.Mosquitto#isInstalled")
  void asksRedisAndTheMqttBroker() throws Exception {
    RedisServer.require();
    try (RedisServer redis = new RedisServer();
        Mosquitto broker = new Mosquitto(Files.createDirectories(folder.resolve("mosquitto")));
        TestPlatform weir =
            new TestPlatform(
                folder.resolve("weir"),
                Map.of(
                    "redis.url",
                    redis.url(),
                    "broker.host",
                    "127.0.0.1",
                    "broker.port",
                    Integer.toString(broker.port())))) {
      await().atMost(SOON).until(() -> weir.get("/connectivity").statusCode() == 200);
      for (String name : new String[] {"redis", "mqtt broker"}) {
        assertThat(service(weir, name).path("latency_ms").asDouble()).as(name).isPositive();
      }

      redis.kill();
      broker.kill();

      for (String name : new String[] {"redis", "mqtt broker"}) {
        assertThat(service(weir, name).path("status").asText()).as(name).isEqualTo("unhealthy");
        assertThat(service(weir, name).path("error").asText()).as(name).isNotEmpty();
      }
      assertThat(service(weir, "registry").path("status").asText()).isEqualTo("healthy");
      assertThat(weir.get("/health").statusCode()).isEqualTo(503);
      assertThat(weir.get("/health/ready").body())
          .contains("\"log\"", "\"mqtt\"")
          .doesNotContain("redis");
      assertThat(weir.get("/health/ready").statusCode()).isEqualTo(200);
    }
  }

  @Test
  @EnabledIf("weir.testkit.RabbitServer#isInstalled")
  void asksRabbitMq() throws Exception {
    try (RabbitServer rabbit = new RabbitServer(folder.resolve("rabbit"));
        TestPlatform weir =
            new TestPlatform(
                folder.resolve("weir"),
                Map.of(
                    "rabbitmq.host",
                    "127.0.0.1",
                    "rabbitmq.port",
                    Integer.toString(rabbit.port())))) {
      await().atMost(SOON).until(() -> weir.get("/connectivity").statusCode() == 200);
      assertThat(service(weir, "rabbitmq").path("latency_ms").asDouble()).isPositive();

      rabbit.kill();

      assertThat(service(weir, "rabbitmq").path("error").asText())
          .contains("RabbitMQ at 127.0.0.1");
    }
  }

  private static JsonNode service(TestPlatform weir, String name) throws IOException {
    return JSON.readTree(weir.get("/connectivity").body()).path("services").path(name);
  }
}
