package weir.view.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.device.DeviceSettings;
import weir.device.Registry;
import weir.log.Entry;
import weir.log.Headers;
import weir.log.Topic;
import weir.log.TopicSpec;
import weir.testkit.MemoryLog;
import weir.view.Problems;
import weir.view.console.Sessions;

/// Tails over real sockets, with little room between a reader and the server.
class TailApiTest {

  private static final Topic TOPIC = new Topic("some.topic");
  private static final Duration STALL = Duration.ofSeconds(2);
  private static final int ROOM_BYTES = 4_096;
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final MemoryLog log = new MemoryLog();
  private final List<Socket> sockets = new ArrayList<>();
  private Registry registry;
  private WebServer server;

  @BeforeEach
  void start() {
    log.create(List.of(new TopicSpec(TOPIC, 1, TopicSpec.Cleanup.DELETE, Duration.ofDays(1))));
    registry =
        new Registry(
            folder.resolve("registry.db"), DeviceSettings.defaults(), InstantSource.system());
    Sessions sessions =
        new Sessions(registry.adminToken(), InstantSource.system(), new SecureRandom());
    HttpRouting.Builder routing = HttpRouting.builder();
    Problems.install(routing);
    routing.register(new TailApi(log, sessions, STALL));
    server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .connectionOptions(options -> options.socketSendBufferSize(ROOM_BYTES))
            .routing(routing)
            .build()
            .start();
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    server.stop();
    registry.close();
    log.close();
  }

  /// Asks for a tail and reads the status line of the answer, no more.
  private String open() throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    socket.setReceiveBufferSize(ROOM_BYTES);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    socket
        .getOutputStream()
        .write(
            "GET /api/topics/some.topic/tail HTTP/1.1\r\nHost: here\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
    InputStreamReader in =
        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII);
    return new BufferedReader(in, 64).readLine();
  }

  private void append() {
    for (int i = 0; i < TailApi.SHOWN_MAX; i++) {
      byte[] value = "x".repeat(2_000).getBytes(StandardCharsets.US_ASCII);
      log.append(new Entry(TOPIC, 0, "key", 0, value, new Headers())).join();
    }
  }

  @Test
  void thoseThatReadNothingAreCutOffAndFreeTheirPlaces() throws IOException {
    for (int tail = 0; tail < TailApi.TAILS_MAX; tail++) {
      assertThat(open()).contains("200");
    }
    assertThat(open()).contains("503");

    Awaitility.await()
        .atMost(SOON)
        .until(
            () -> {
              append();
              return open().contains("200");
            });
  }
}
