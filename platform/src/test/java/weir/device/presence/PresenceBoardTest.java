package weir.device.presence;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.device.DeviceId;
import weir.device.DeviceSettings;
import weir.device.Precondition;
import weir.device.Registry;
import weir.device.presence.DeviceState.Reason;
import weir.device.presence.DeviceState.State;
import weir.testkit.ManualClock;

/// Who is there as time passes, over restarts, and while the registry is away.
class PresenceBoardTest {

  /// Reports every minute, so it may be silent for three.
  private static final DeviceId MINUTELY = new DeviceId("by-the-minute");

  private static final byte[] READING = "{}".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  private final ManualClock clock = new ManualClock(Instant.parse("2026-03-01T12:00:00Z"));
  private final Notices notices = new Notices();
  private Registry registry;
  private PresenceBoard board;

  /// Notes what is told.
  private static final class Notices implements PresenceNews {

    final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    public void tell(DeviceState state, Runnable failed) {
      lines.add(state.device() + " " + state.state().text() + " " + state.reason().text());
    }

    @Override
    public boolean isTold(DeviceState state) {
      return !state.device().value().startsWith("untold");
    }

    @Override
    public void forget(DeviceId device) {
      lines.add(device + " forgotten");
    }
  }

  @BeforeEach
  void open() throws Exception {
    registry = new Registry(folder.resolve("registry.db"), DeviceSettings.defaults(), clock);
    type("minutely", "1_minute");
    device(MINUTELY.value(), "minutely");
    board = board();
    board.start(notices);
  }

  @AfterEach
  void close() {
    board.close();
    registry.close();
  }

  private PresenceBoard board() {
    return new PresenceBoard(
        registry.database(), registry.directory(), PresenceSettings.defaults(), clock);
  }

  /// As after a stop that lasted so long.
  private void restart(Duration away) {
    board.close();
    clock.advance(away);
    board = board();
    board.start(notices);
  }

  private void type(String name, String frequency) throws Exception {
    registry
        .types()
        .create(
            json(
                "{\"name\":\"%s\",\"description\":\"x\",\"update_frequency\":\"%s\"}"
                    .formatted(name, frequency)));
  }

  private void device(String id, String type) throws Exception {
    registry.devices().create(json("{\"id\":\"%s\",\"type\":\"%s\"}".formatted(id, type)));
  }

  private static ObjectNode json(String text) throws Exception {
    return (ObjectNode) new ObjectMapper().readTree(text);
  }

  private void heard(DeviceId device) {
    board.heard(device, "iot/" + device + "/raw", READING, clock.instant());
  }

  private void await(DeviceId device, State state, Reason reason) {
    Awaitility.await(device + " to be " + state + " for " + reason)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> board.of(device).state() == state && board.of(device).reason() == reason);
  }

  @Test
  void oneThatSpokeAndLeftBeforeItWasRegisteredWasThere() throws Exception {
    DeviceId left = new DeviceId("left");
    DeviceId posts = new DeviceId("posts");
    board.connected(left);
    heard(left);
    board.disconnected(left, Reason.GOODBYE);
    heard(posts);
    device("left", "minutely");
    device("posts", "minutely");
    board.registered(left);
    board.registered(posts);

    await(left, State.OFFLINE, Reason.GOODBYE);
    await(posts, State.ONLINE, Reason.HEARD);
    assertThat(board.of(left).lastHeard()).isEqualTo(clock.instant());
    assertThat(notices.lines).contains("left offline goodbye", "posts online heard");
  }

  @Test
  void oneThatSpeaksWithoutAConnectionStaysOnlineOverARestart() {
    DeviceId connected = new DeviceId("breaker-001");
    heard(MINUTELY);
    board.connected(connected);
    await(MINUTELY, State.ONLINE, Reason.HEARD);
    await(connected, State.ONLINE, Reason.CONNECTED);

    restart(Duration.ofHours(1));
    clock.advance(Duration.ofSeconds(31));

    await(connected, State.OFFLINE, Reason.RESTART);
    assertThat(board.of(MINUTELY).state()).isEqualTo(State.ONLINE);
    clock.advance(Duration.ofSeconds(150));
    await(MINUTELY, State.STALE, Reason.SILENCE);
    clock.advance(Duration.ofMinutes(9));
    await(MINUTELY, State.OFFLINE, Reason.SILENCE);
  }

  @Test
  void whatWasSaidAfterTheLastStoringIsHeardAfterARestart() throws Exception {
    device("breaker-002", "minutely");
    heard(MINUTELY);
    await(MINUTELY, State.ONLINE, Reason.HEARD);
    board.close();
    clock.advance(Duration.ofSeconds(5));
    board = board();
    byte[] off = "{\"status\":\"offline\"}".getBytes(StandardCharsets.UTF_8);
    DeviceId unseen = new DeviceId("breaker-002");
    board.heardBefore(MINUTELY, "iot/by-the-minute/status", off, clock.instant());
    board.heardBefore(unseen, "iot/breaker-002/raw", READING, clock.instant());
    board.heardBefore(new DeviceId("nobody"), "iot/nobody/raw", READING, clock.instant());
    board.start(notices);

    assertThat(board.of(MINUTELY).reason()).isEqualTo(Reason.STATUS);
    assertThat(board.of(unseen).state()).isEqualTo(State.ONLINE);
    assertThat(board.counts()).containsOnlyKeys(State.ONLINE, State.OFFLINE);
  }

  @Test
  void tellsAfterARestartWhatOthersDoNotKnow() throws Exception {
    DeviceId device = new DeviceId("untold-1");
    device("untold-1", "minutely");
    board.connected(device);
    board.connected(MINUTELY);
    await(device, State.ONLINE, Reason.CONNECTED);
    await(MINUTELY, State.ONLINE, Reason.CONNECTED);
    notices.lines.clear();

    restart(Duration.ofSeconds(1));
    clock.advance(Duration.ofSeconds(2));

    Awaitility.await().until(() -> notices.lines.equals(List.of("untold-1 online connected")));
  }

  @Test
  void oneThatSpeaksOnceADayIsFoundSilentToo() throws Exception {
    type("daily", "1_day");
    DeviceId device = new DeviceId("by-the-day");
    device("by-the-day", "daily");
    heard(device);
    await(device, State.ONLINE, Reason.HEARD);
    for (int hour = 0; hour < 71; hour++) {
      clock.advance(Duration.ofHours(1));
      DeviceId witness = new DeviceId("breaker-001");
      board.connected(witness);
      await(witness, State.ONLINE, Reason.CONNECTED);
      board.disconnected(witness, Reason.LOST);
      await(witness, State.OFFLINE, Reason.LOST);
    }
    assertThat(board.of(device).state()).isEqualTo(State.ONLINE);

    clock.advance(Duration.ofHours(2));

    await(device, State.STALE, Reason.SILENCE);
  }

  @Test
  void aTypeThatReportsMoreOftenFromNowOnMayBeSilentForLess() throws Exception {
    heard(MINUTELY);
    await(MINUTELY, State.ONLINE, Reason.HEARD);

    registry
        .types()
        .update("minutely", json("{\"update_frequency\":\"5_seconds\"}"), Precondition.NONE);
    clock.advance(Duration.ofSeconds(20));

    await(MINUTELY, State.STALE, Reason.SILENCE);
  }

  @Test
  void takingOverAConnectionIsNoDepartureWhicheverIsToldFirst() {
    board.connected(MINUTELY);
    board.replaced(MINUTELY);
    board.connected(MINUTELY);
    board.connected(MINUTELY);
    board.replaced(MINUTELY);
    board.disconnected(MINUTELY, Reason.GOODBYE);

    await(MINUTELY, State.OFFLINE, Reason.GOODBYE);
    assertThat(notices.lines)
        .containsExactly("by-the-minute online connected", "by-the-minute offline goodbye");
  }

  @Test
  void whatWasToldOfADeletedDeviceIsForgottenLast() {
    board.connected(MINUTELY);
    board.disconnected(MINUTELY, Reason.EXPELLED);
    board.deleted(MINUTELY);

    Awaitility.await().until(() -> notices.lines.size() == 3);
    assertThat(notices.lines.getLast()).isEqualTo("by-the-minute forgotten");
    assertThat(board.isRegistered(MINUTELY)).isFalse();
  }

  @Test
  void goesOnWhenTheRegistryCouldNotBeAskedForAWhile() {
    var _ =
        registry.database().write(handle -> handle.execute("ALTER TABLE device RENAME TO away"));
    board.connected(new DeviceId("breaker-001"));
    Awaitility.await().until(() -> board.trouble().isPresent());

    var _ =
        registry.database().write(handle -> handle.execute("ALTER TABLE away RENAME TO device"));

    await(new DeviceId("breaker-001"), State.ONLINE, Reason.CONNECTED);
    Awaitility.await().until(() -> board.trouble().isEmpty());
  }

  @Test
  void whatWasNotedBeforeAnOrderlyStopIsStored() {
    for (int i = 0; i < 1_000; i++) {
      board.connected(MINUTELY);
      board.disconnected(MINUTELY, Reason.LOST);
    }
    board.disconnected(MINUTELY, Reason.GOODBYE);
    board.connected(MINUTELY);

    board.close();

    assertThat(board().of(MINUTELY).reason()).isEqualTo(Reason.CONNECTED);
  }
}
