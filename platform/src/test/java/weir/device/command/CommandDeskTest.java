package weir.device.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import weir.device.DeviceId;
import weir.device.DeviceSettings;
import weir.device.Form;
import weir.device.Outcome;
import weir.device.Registry;
import weir.device.command.Command.State;

/// Commands while devices lose their connections, the registry is away and the platform restarts.
class CommandDeskTest {

  private static final DeviceId DEVICE = new DeviceId("breaker-001");

  @TempDir Path folder;

  private Registry registry;
  private CommandDesk desk;
  private final Line line = new Line();

  /// The way to a device that notes what it gets.
  private static final class Line implements CommandDesk.Reach {

    final List<CompletableFuture<Boolean>> arrivals = new CopyOnWriteArrayList<>();
    final List<String> published = new CopyOnWriteArrayList<>();

    volatile boolean reached = true;

    @Override
    public boolean reaches(DeviceId device, String topic) {
      return reached;
    }

    @Override
    public CompletableFuture<Boolean> publish(DeviceId device, String topic, byte[] payload) {
      CompletableFuture<Boolean> arrival = new CompletableFuture<>();
      published.add(json(new String(payload, StandardCharsets.UTF_8)).path("command_id").asText());
      arrivals.add(arrival);
      return arrival;
    }
  }

  @BeforeEach
  void open() {
    registry =
        new Registry(
            folder.resolve("registry.db"), DeviceSettings.defaults(), InstantSource.system());
    start();
  }

  private void start() {
    desk = new CommandDesk(registry.database(), registry.directory(), line, InstantSource.system());
    desk.start();
  }

  @AfterEach
  void close() {
    desk.close();
    registry.close();
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Command ping() {
    Form form = new Form((ObjectNode) json("{\"command\":\"ping\"}"));
    return ((Outcome.Saved<Command>) desk.take(DEVICE, form)).value();
  }

  private State state(Command command) {
    return desk.find(DEVICE, command.id()).orElseThrow().state();
  }

  private void answer(Command command) {
    answer(command, "\"status\":\"acknowledged\"");
  }

  private void answer(Command command, String how) {
    String json = "{\"command_id\":\"" + command.id() + "\"," + how + "}";
    desk.answered(DEVICE, json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void whatWasLostWithItsConnectionIsSentAgain() {
    Command command = ping();
    Awaitility.await().until(() -> line.published.size() == 1);

    line.arrivals.getFirst().complete(false);

    Awaitility.await().until(() -> line.published.size() == 2);
    assertThat(line.published).containsOnly(command.id());
    line.arrivals.get(1).complete(true);
    answer(command);
    Awaitility.await().until(() -> state(command) == State.ACKNOWLEDGED);
    assertThat(line.published).hasSize(2);
  }

  @Test
  void whatWasNotAnsweredBeforeARestartIsSentAgain() {
    Command command = ping();
    Awaitility.await().until(() -> state(command) == State.SENT);
    desk.close();

    start();

    Awaitility.await().until(() -> line.published.size() == 2);
    assertThat(line.published).containsOnly(command.id());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "status":"ok"                             | ACKNOWLEDGED |
          "status":"done","detail":"in time"        | ACKNOWLEDGED | in time
          "status":"success"                        | ACKNOWLEDGED |
          "status":"failed","detail":"too hot"      | FAILED       | too hot
          "status":"denied","detail":"by the guard" | FAILED       | status denied: by the guard
          "status":"failure"                        | FAILED       | status failure
          "detail":"hm"                             | FAILED       | the answer has no status: hm
          """)
  void onlyAnAnswerThatSaysSoIsASuccess(String how, State end, @Nullable String detail) {
    Command command = ping();
    Awaitility.await().until(() -> state(command) == State.SENT);

    answer(command, how);

    Awaitility.await().until(() -> !state(command).isOpen());
    Command ended = desk.find(DEVICE, command.id()).orElseThrow();
    assertThat(ended.state()).isEqualTo(end);
    assertThat(ended.detail()).isEqualTo(detail);
  }

  @Test
  void aCommandThatAnotherProcessEndedStaysAsItIs() {
    line.reached = false;
    Command command = ping();
    Line there = new Line();
    try (CommandDesk other =
        new CommandDesk(registry.database(), registry.directory(), there, InstantSource.system())) {
      other.start();
      Awaitility.await().until(() -> state(command) == State.SENT);
      String json = "{\"command_id\":\"" + command.id() + "\",\"status\":\"ok\"}";
      other.answered(DEVICE, json.getBytes(StandardCharsets.UTF_8));
      Awaitility.await().until(() -> state(command) == State.ACKNOWLEDGED);
    }

    line.reached = true;

    assertThat(desk.await(command, Duration.ofSeconds(10)).state()).isEqualTo(State.ACKNOWLEDGED);
    assertThat(state(command)).isEqualTo(State.ACKNOWLEDGED);
    assertThat(line.published).isEmpty();
  }

  @Test
  void anAnswerThatCannotBeStoredIsKeptAndNothingIsSentTwiceMeanwhile() {
    Command command = ping();
    Awaitility.await().until(() -> state(command) == State.SENT);
    rename("command", "away");
    answer(command);
    Awaitility.await().until(() -> desk.trouble().isPresent());

    rename("away", "command");

    Awaitility.await().until(() -> state(command) == State.ACKNOWLEDGED);
    Awaitility.await().until(() -> desk.trouble().isEmpty());
    assertThat(line.published).hasSize(1);
  }

  private void rename(String table, String name) {
    var _ =
        registry
            .database()
            .write(handle -> handle.execute("ALTER TABLE " + table + " RENAME TO " + name));
  }
}
