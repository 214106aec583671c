package weir.app.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Brokers that take a connection and do not behave.
class MqttRoundTripTest {

  private static final Duration LIMIT = Duration.ofSeconds(1);

  private final ServerSocket door = open();
  private final List<Socket> connections = new CopyOnWriteArrayList<>();
  private final RoundTrips trips = new RoundTrips(LIMIT);

  private static ServerSocket open() {
    try {
      return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void close() throws IOException {
    door.close();
    for (Socket connection : connections) {
      connection.close();
    }
  }

  private interface Behaviour {
    void meet(Socket connection) throws IOException;
  }

  private RoundTrips.Answer ask(Behaviour behaviour) throws InterruptedException {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                Socket connection = door.accept();
                connections.add(connection);
                behaviour.meet(connection);
              } catch (IOException closed) {
                // The test is over.
              }
            });
    MqttRoundTrip.Login nobody = new MqttRoundTrip.Login("test", "", "");
    trips.add("mqtt", new MqttRoundTrip("127.0.0.1", door.getLocalPort(), false, nobody, LIMIT));
    return trips.make().getFirst();
  }

  @Test
  void oneThatNeverAnswersIsNotWaitedForLongerThanTheLimit() throws Exception {
    long began = System.nanoTime();

    RoundTrips.Answer answer = ask(connection -> {});

    assertThat(answer.error()).containsAnyOf("no answer within 1000 ms", "timed out");
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(LIMIT.multipliedBy(4));
  }

  @Test
  void oneThatClosesAtOnceIsSaidToHaveClosed() throws Exception {
    RoundTrips.Answer answer =
        ask(
            connection -> {
              var _ = connection.getInputStream().read(new byte[100]);
              connection.close();
            });

    assertThat(answer.error()).isEqualTo("it closed the connection");
  }

  @Test
  void oneThatAnswersSomethingElseIsNotWell() throws Exception {
    RoundTrips.Answer refused =
        ask(connection -> connection.getOutputStream().write(new byte[] {0x20, 2, 0, 5}));

    assertThat(refused.error()).isEqualTo("the broker refused the connection with code 5");
  }
}
