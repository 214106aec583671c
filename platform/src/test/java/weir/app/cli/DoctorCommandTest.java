package weir.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// What `weir doctor` says about a machine on which nothing runs.
class DoctorCommandTest {

  @TempDir Path folder;

  private record Said(int exit, String text) {}

  private static Said run(String... words) {
    StringWriter text = new StringWriter();
    int exit = Main.commandLine(new PrintWriter(text, true)).execute(words);
    return new Said(exit, text.toString());
  }

  private Said doctor(String... settings) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("doctor", "--data-dir", folder.resolve("doctor").toString()));
    for (String setting : settings) {
      words.addAll(List.of("--set", setting));
    }
    return run(words.toArray(new String[0]));
  }

  @Test
  void saysWhatToDoAboutATakenPort() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Said said = doctor("http.port=0", "mqtt.port=" + taken.getLocalPort());

      assertThat(said.exit()).isEqualTo(1);
      assertThat(said.text())
          .contains("WRONG   mqtt.port " + taken.getLocalPort(), "WEIR_MQTT_PORT");
    }
  }

  @Test
  void looksAtTheAddressThatIsSet() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.2"))) {
      Said said = doctor("mqtt.host=127.0.0.2", "mqtt.port=" + taken.getLocalPort());

      assertThat(said.text())
          .contains("WRONG   mqtt.port " + taken.getLocalPort() + " at 127.0.0.2");
    }
  }

  @Test
  void takesNoOtherServerForAWeir() throws Exception {
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext("/", DoctorCommandTest::sayUp);
    other.start();
    try {
      int port = other.getAddress().getPort();
      Said said = doctor("http.port=" + port);

      assertThat(said.text()).contains("WRONG   http.port " + port, "WEIR_HTTP_PORT");
    } finally {
      other.stop(0);
    }
  }

  private static void sayUp(HttpExchange exchange) throws IOException {
    byte[] answer = "{\"status\":\"up\"}".getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  @Test
  void tellsAClockThatNobodyKeepsRight() {
    Instant now = Instant.parse("2026-06-01T12:00:00Z");
    assertThat(doctor(now, Optional.of(false)))
        .contains("WRONG   clock 2026-06-01T12:00:00Z", "NTP");
    assertThat(doctor(Instant.EPOCH, Optional.of(true))).contains("WRONG   clock 1970");
    assertThat(doctor(now, Optional.of(true))).contains("ok      clock");
    assertThat(doctor(now, Optional.empty())).contains("ok      clock", "cannot be asked here");
  }

  private String doctor(Instant now, Optional<Boolean> synchronization) {
    StringWriter text = new StringWriter();
    DoctorCommand doctor =
        new DoctorCommand(new PrintWriter(text, true), () -> now, () -> synchronization);
    int _ = new CommandLine(doctor).execute("--data-dir", folder.resolve("doctor").toString());
    return text.toString();
  }

  @Test
  void tellsADataFolderThatCannotBeOne() throws Exception {
    Path file = Files.writeString(folder.resolve("a-file"), "no folder");

    Said said = run("doctor", "--data-dir", file.toString());

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.text())
        .contains("WRONG   data folder", file + " is there already, and is no folder")
        .contains("WEIR_DATA_DIR");
  }

  @Test
  void tellsWrongSettings() {
    Said said = doctor("mqtt.prot=1");

    assertThat(said.exit()).isEqualTo(1);
    assertThat(said.text()).contains("did you mean mqtt.port?");
    assertThat(run("doctor", "--config", folder.resolve("no.yaml").toString()).text())
        .contains("no.yaml: cannot be read: there is no " + folder.resolve("no.yaml"));
  }

  @Test
  void everyCommandShowsItsHelp() {
    for (String command : new String[] {"doctor", "status", "run", "backup", "restore"}) {
      Said said = run(command, "--help");

      assertThat(said.exit()).isZero();
      assertThat(said.text()).startsWith("Usage: weir " + command);
    }
    assertThat(run("dlq", "list", "-h").text()).startsWith("Usage: weir dlq list");
  }
}
