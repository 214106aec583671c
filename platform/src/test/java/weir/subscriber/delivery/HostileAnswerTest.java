package weir.subscriber.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.subscriber.Endpoint;
import weir.testkit.TestEngine;

/// Whatever a receiver says, however long, costs one short attempt.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileAnswerTest {

  private static final int TIMES = 1_000_000;

  @TempDir Path folder;

  private final CountDownLatch release = new CountDownLatch(1);
  private LanesFixture lanes;
  private ServerSocket server;

  @BeforeEach
  void open() throws IOException {
    lanes = new LanesFixture(folder, TestEngine.SQLITE);
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    release.countDown();
    server.close();
    lanes.close();
  }

  /// Answers each connection with a beginning, and then with a part again and again.
  private void answer(String beginning, String part, Duration pause) {
    Thread _ =
        Thread.ofVirtual()
            .start(
                () -> {
                  while (!server.isClosed()) {
                    try (Socket socket = server.accept()) {
                      OutputStream out = socket.getOutputStream();
                      out.write(beginning.getBytes(StandardCharsets.US_ASCII));
                      repeat(out, part.getBytes(StandardCharsets.US_ASCII), pause);
                    } catch (IOException | InterruptedException e) {
                      // The sender has hung up, or the test is over; the next one is answered.
                    }
                  }
                });
  }

  private void repeat(OutputStream out, byte[] part, Duration pause)
      throws IOException, InterruptedException {
    for (int i = 0; i < TIMES && release.getCount() > 0; i++) {
      out.write(part);
      boolean _ = !pause.isZero() && release.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private DeliveryLog.Entry attempt(String scheme) throws InterruptedException {
    Endpoint endpoint = lanes.endpoint(scheme + "://127.0.0.1:" + server.getLocalPort() + "/hook");
    lanes.accept("one", "device", endpoint);
    lanes.settle();
    return lanes.attempts(endpoint).getFirst();
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP/1.1 200 OK, X-Header: x",
    "HTTP/1.1 103 Early Hints, '\r\nHTTP/1.1 103 Early Hints'",
    "SSH-2.0-OpenSSH, ''",
    "'HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999', ''",
    "'HTTP/1.1 200 OK\r\nno colon', ''"
  })
  void failsOnHeadsWithoutEnd(String beginning, String part) throws Exception {
    answer(beginning + "\r\n", part + "\r\n", Duration.ZERO);
    assertThat(attempt("http").outcome()).isEqualTo("failed");
  }

  @Test
  void readsLittleOfABodyWithoutEnd() throws Exception {
    answer(
        "HTTP/1.1 500 No\r\nContent-Length: 10000000000\r\n\r\n", "x".repeat(1_000), Duration.ZERO);
    assertThat(attempt("http").answer()).hasSize(2_048);
  }

  @Test
  void readsLittleOfChunksWithoutEnd() throws Exception {
    answer(
        "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n",
        "10\r\n0123456789abcdef\r\n",
        Duration.ZERO);
    assertThat(attempt("http").answer()).hasSize(2_048);
  }

  @Test
  void doesNotUnpackWhatIsPacked() throws Exception {
    answer(
        "HTTP/1.1 500 No\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\npackedxxx",
        "",
        Duration.ofMillis(50));
    assertThat(attempt("http").answer()).isEqualTo("packedxxx");
  }

  @Test
  void cutsABodyThatDrips() throws Exception {
    answer("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "x", Duration.ofMillis(100));
    assertThat(attempt("http").detail()).contains("within 1 s");
  }

  @Test
  void cutsAHandshakeThatIsNeverFinished() throws Exception {
    answer("", "", Duration.ofMillis(100));
    assertThat(attempt("https").detail()).contains("within 1 s");
  }
}
