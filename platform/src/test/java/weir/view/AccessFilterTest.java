package weir.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.view.RegistryServer.Answer;

class AccessFilterTest {

  @TempDir private Path folder;
  private RegistryServer server;

  @BeforeEach
  void start() {
    server = new RegistryServer(folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer", "Bearer ", "Bearer wrong", "Basic YWRtaW46YWRtaW4="})
  void nothingButTheTokenOpensTheInterface(String header) {
    Answer answer =
        server.send(
            header.isEmpty()
                ? server.request("/api/devices")
                : server.request("/api/devices").header("Authorization", header));
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate")).contains("Bearer");
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(server.access.refusedCount()).isEqualTo(1);
  }

  @Test
  void theTokenOpensTheInterface() {
    assertThat(server.get("/api/devices").status()).isEqualTo(200);
    Answer lowerCase =
        server.send(
            server
                .request("/api/devices")
                .header("Authorization", "bearer " + RegistryServer.TOKEN));
    assertThat(lowerCase.status()).isEqualTo(200);
  }

  @Test
  void openPathsNeedNoToken() {
    assertThat(server.send(server.request("/health")).status()).isEqualTo(200);
    assertThat(server.send(server.request("/docs/none")).status()).isEqualTo(404);
  }

  @Test
  void whatIsNotListedIsGuardedEvenIfItDoesNotExist() {
    assertThat(server.send(server.request("/none")).status()).isEqualTo(401);
    assertThat(server.send(server.request("/healthy")).status()).isEqualTo(401);
    assertThat(server.send(server.request("/api")).status()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/docs/../api/devices",
        "/docs/%2e%2e/api/devices",
        "/docs/..%2fapi/devices",
        "//api/devices",
        "/docs//../api/devices",
        "/health/./../api/devices",
        "/docs;/../api/devices",
        "/docs/..;/api/devices",
        "/API/devices"
      })
  void noSpellingOfAPathGetsAroundTheRule(String path) throws IOException {
    assertThat(statusOf(path)).isIn(400, 401, 404);
  }

  /// Sends a path as it is; a client library would tidy it up first.
  private int statusOf(String path) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(5_000);
      String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] answered = new byte[8_192];
      int bytes = socket.getInputStream().read(answered);
      String answer = new String(answered, 0, bytes, StandardCharsets.US_ASCII);
      assertThat(answer).doesNotContain("breaker-001");
      return Integer.parseInt(answer.split(" ", 3)[1]);
    }
  }
}
