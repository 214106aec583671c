package weir.fleet.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.event.EventId;

class HttpLineTest {

  private final ConcurrentLinkedQueue<Integer> answers = new ConcurrentLinkedQueue<>();
  private final List<String> received = new CopyOnWriteArrayList<>();
  private final List<String> receipts = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private HttpNetwork network;
  private Line line;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    network = new HttpNetwork(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    line = network.line("esp32-01", Optional.of(new Login("esp32-01", "token")), new Notes());
  }

  @AfterEach
  void close() {
    line.close();
    network.close();
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
    String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    received.add(exchange.getRequestURI() + " " + key + " " + body + " " + authorization);
    Integer status = answers.poll();
    exchange.sendResponseHeaders(status == null ? 202 : status, -1);
    exchange.close();
  }

  private final class Notes implements Receipts {

    @Override
    public void acknowledged(Parcel parcel, long nanos) {
      receipts.add("acknowledged " + parcel.number());
    }

    @Override
    public void postponed(Parcel parcel) {
      receipts.add("postponed " + parcel.number());
    }

    @Override
    public void refused(Parcel parcel, String reason) {
      receipts.add("refused " + parcel.number() + ": " + reason);
    }
  }

  private static Parcel parcel(int number) {
    return new Parcel(
        0,
        number,
        Parcel.Kind.MESSAGE,
        new EventId("event-" + number),
        "/ingest",
        ("{" + number + "}").getBytes(UTF_8));
  }

  @Test
  void postsUnderItsIdAndItsCredential() {
    line.send(parcel(1));

    await().until(() -> receipts.contains("acknowledged 1"));
    assertThat(received).containsExactly("/ingest event-1 {1} Basic ZXNwMzItMDE6dG9rZW4=");
  }

  @Test
  void triesAgainUntilThePlatformTakesItAndKeepsTheOrder() {
    answers.addAll(List.of(503, 500, 429));
    line.send(parcel(1));
    line.send(parcel(2));

    await().until(() -> receipts.size() == 2);
    assertThat(receipts).containsExactly("acknowledged 1", "acknowledged 2");
    assertThat(received).hasSize(5);
    assertThat(received.subList(0, 4)).allMatch(request -> request.contains("event-1"));
  }

  @Test
  void takesARefusalAsFinal() {
    answers.add(422);
    line.send(parcel(1));
    line.send(parcel(2));

    await().until(() -> receipts.size() == 2);
    assertThat(receipts).containsExactly("refused 1: status 422", "acknowledged 2");
  }

  @Test
  void answersForEveryParcelWhenItIsClosed() {
    server.stop(0);
    line.send(parcel(1));
    line.send(parcel(2));
    line.close();
    line.send(parcel(3));

    await().until(() -> receipts.size() == 3);
    assertThat(receipts).allMatch(receipt -> receipt.startsWith("refused"));
  }
}
