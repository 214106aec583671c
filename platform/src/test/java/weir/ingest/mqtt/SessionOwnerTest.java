package weir.ingest.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import weir.ingest.DeviceQuota;
import weir.ingest.Intake;
import weir.ingest.IntakeSettings;
import weir.ingest.mqtt.packet.Message;
import weir.ingest.mqtt.packet.TopicName;
import weir.testkit.MemoryLog;

/// What belongs to the connection of a session goes with it: deliveries, and timers.
class SessionOwnerTest {

  private static final SessionKey KEY = new SessionKey(SessionKey.Realm.ANONYMOUS, null, "client");
  private static final long NO_TIMER = -1;
  private static final long HOUR = 3_600;

  private final InstantSource clock = InstantSource.system();
  private final MemoryLog log = new MemoryLog();
  private final Counters counters = new Counters();
  private final SubscriptionTree tree = new SubscriptionTree();
  private final Router router = new Router(tree, clock);
  private final EmbeddedChannel timers = new EmbeddedChannel();
  private final Sessions sessions =
      new Sessions(
          timers.eventLoop(), tree, SessionLimits.of(MqttSettings.defaults(), counters), 10, clock);
  private final EmbeddedChannel before = new EmbeddedChannel();
  private final EmbeddedChannel after = new EmbeddedChannel();

  @AfterEach
  void close() {
    List.of(timers, before, after).forEach(EmbeddedChannel::finishAndReleaseAll);
    log.close();
  }

  @Test
  void sendsNothingThroughAConnectionThatTheSessionWasTakenFrom() {
    Connection old = connection(before);
    Connection next = connection(after);
    Session session = sessions.open(KEY, old, false, 10).session();
    sessions.open(KEY, next, false, 10);
    session.offer(message());

    session.drain(old);
    assertThat(counters.deliveries.sum()).isZero();
    session.drain(next);
    assertThat(counters.deliveries.sum()).isOne();
  }

  @Test
  void takesTheTimersOutWhenTheClientIsBack() {
    for (int i = 0; i < 100; i++) {
      Connection connection = connection(before);
      Session session = sessions.open(KEY, connection, false, 10).session();
      assertThat(timers.runScheduledPendingTasks()).isEqualTo(NO_TIMER);
      Sessions.LeftWill will = new Sessions.LeftWill(HOUR, () -> {});
      sessions.close(session, connection, 2 * HOUR, will);
      assertThat(timers.runScheduledPendingTasks()).isPositive();
    }
    sessions.open(KEY, connection(after), true, 10);

    assertThat(timers.runScheduledPendingTasks()).isEqualTo(NO_TIMER);
  }

  @Test
  void takesTheKeepAliveOutWhenTheConnectionEnds() {
    Connection connection = connection(before);
    connection.watch(60);
    assertThat(before.runScheduledPendingTasks()).isPositive();

    connection.closed();

    assertThat(before.runScheduledPendingTasks()).isEqualTo(NO_TIMER);
  }

  private Connection connection(EmbeddedChannel channel) {
    RetainedMessages retained = new RetainedMessages(log, MqttSettings.defaults(), clock, counters);
    Intake intake =
        new Intake(log, DoorFixture.RAW, IntakeSettings.defaults(), DeviceQuota.unlimited());
    Publications publications = new Publications(intake, retained, router, counters, clock);
    Departures departures = new Departures(sessions, publications, Presence.UNOBSERVED, counters);
    return new Connection(channel, new LoopBell(channel.eventLoop()), router, departures, counters);
  }

  private static QueuedMessage message() {
    byte[] payload = "x".getBytes(StandardCharsets.UTF_8);
    Message message =
        new Message(TopicName.of("t"), payload, 1, false, Message.NEVER_EXPIRES, new byte[0]);
    return new QueuedMessage(message, 1, false, Long.MAX_VALUE, List.of());
  }
}
