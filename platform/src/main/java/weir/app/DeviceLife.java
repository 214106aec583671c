package weir.app;

import io.helidon.webserver.http.HttpService;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import weir.app.life.CommandTopics;
import weir.app.life.DeviceChangeRelay;
import weir.app.life.DoorPresence;
import weir.app.life.LifecycleTopics;
import weir.app.life.PresenceFollower;
import weir.app.life.PresenceRecall;
import weir.app.life.PresenceTopics;
import weir.app.life.Speaker;
import weir.app.watch.Health;
import weir.device.DeviceId;
import weir.device.Outbox;
import weir.device.Registry;
import weir.device.command.CommandDesk;
import weir.device.presence.DeviceState;
import weir.device.presence.PresenceBoard;
import weir.device.presence.PresenceNews;
import weir.event.RawMessage;
import weir.fleet.Target;
import weir.ingest.broker.BrokerDoor;
import weir.ingest.mqtt.MqttDoor;
import weir.ingest.mqtt.Passing;
import weir.ingest.mqtt.Presence;
import weir.log.EventLog;
import weir.pipeline.Dialects;
import weir.view.CommandApi;
import weir.view.PresenceApi;

/// All that follows devices through their lives: what is told of changes, who is there, and the
/// simulator. Built before the doors, which tell it what they hear, and started after them.
final class DeviceLife implements AutoCloseable {

  private final PlatformSettings settings;
  private final Registry registry;
  private final EventLog log;
  private final Dialects dialects;
  private final InstantSource clock;
  private final Instant startedAt;
  private final PresenceBoard board;
  private final Parts parts = new Parts();
  private volatile @Nullable MqttDoor door;
  private volatile @Nullable Speaker speaker;
  private @Nullable CommandDesk desk;
  private volatile @Nullable Simulation simulation;

  /// @param startedAt when this run began, before the registry was opened
  DeviceLife(
      PlatformSettings settings,
      Registry registry,
      EventLog log,
      Dialects dialects,
      InstantSource clock,
      Instant startedAt) {
    this.settings = settings;
    this.registry = registry;
    this.log = log;
    this.dialects = dialects;
    this.clock = clock;
    this.startedAt = startedAt;
    this.board =
        new PresenceBoard(registry.database(), registry.directory(), settings.presence(), clock);
  }

  /// What the MQTT door tells of connections.
  Presence connections() {
    return new DoorPresence(board);
  }

  /// What the doors tell of messages.
  void heard(RawMessage message) {
    DeviceId device = message.device();
    if (device != null) {
      board.heard(device, message.path(), message.payload(), message.receivedAt());
    }
  }

  List<HttpService> services() {
    List<HttpService> services = new ArrayList<>();
    services.add(new PresenceApi(board, registry.devices()));
    if (door != null) {
      services.add(new SimulationApi(this::simulation, clock));
    }
    if (desk != null) {
      services.add(new CommandApi(desk, registry.devices(), registry.types()));
    }
    return services;
  }

  /// How many devices are in each state.
  Map<String, Long> states() {
    Map<String, Long> states = new TreeMap<>();
    Map<DeviceState.State, Long> counts = board.counts();
    for (DeviceState.State state : DeviceState.State.values()) {
      states.put(state.text(), counts.getOrDefault(state, 0L));
    }
    return states;
  }

  long onlineCount() {
    return board.counts().getOrDefault(DeviceState.State.ONLINE, 0L);
  }

  /// The doors are built; they open after this.
  void built(MqttDoor built, Optional<BrokerDoor> broker) {
    door = built;
    Speaker voice = new Speaker(built, broker);
    speaker = voice;
    PresenceRecall.recall(
        board, log, settings.topics().raw(), settings.presence().saveEvery().multipliedBy(2));
    parts.add(board);
    Passing answers = takeCommands(voice);
    built.listen(answers);
    broker.ifPresent(there -> there.listen(answers));
    registry.watch(built::expel);
    registry.watchElsewhere(board::registered);
  }

  /// There are no doors in this process: it shows what those with doors store, and leaves it to
  /// them to send commands.
  void withoutDoors() {
    parts.add(new PresenceFollower(board, clock)).start();
    openDesk(CommandDesk.Reach.NONE);
  }

  private CommandDesk openDesk(CommandDesk.Reach reach) {
    CommandDesk opened =
        parts.add(new CommandDesk(registry.database(), registry.directory(), reach, clock));
    opened.start();
    desk = opened;
    return opened;
  }

  private Passing takeCommands(Speaker voice) {
    CommandDesk opened = openDesk(new CommandTopics(voice, dialects, board));
    return (owner, topic, payload) -> {
      if (CommandTopics.isAnswer(topic)) {
        opened.answered(owner, payload);
      }
    };
  }

  /// The doors are open, if there are any in this process.
  void opened(IntSupplier httpPort, Health health) {
    if (desk != null) {
      health.watch("commands", desk::trouble);
    }
    if (door == null && registry.database().engine().isShared()) {
      return; // A process with doors tells of changes.
    }
    if (speaker != null) {
      board.start(presence(speaker));
      health.watch("presence", board::trouble);
    }
    DeviceChangeRelay relay =
        parts.add(
            new DeviceChangeRelay(
                registry.outbox(), log, settings.topics().devices(), announcement()));
    relay.start();
    health.watch("device changes", relay::trouble);
    if (door != null) {
      simulate(Objects.requireNonNull(door).port(), httpPort);
    }
  }

  private PresenceNews presence(Speaker voice) {
    return new PresenceTopics(
        voice,
        settings.presence().events() && dialects.decodes("iot/any/status"),
        registry.directory(),
        board::isRegistered,
        clock);
  }

  private DeviceChangeRelay.Announcement announcement() {
    Speaker voice = speaker;
    if (voice == null) {
      return change -> Optional.of(CompletableFuture.completedFuture(null));
    }
    LifecycleTopics topics = new LifecycleTopics(voice, settings.lifecycle(), board::of, startedAt);
    return change -> {
      Optional<CompletableFuture<?>> taken = topics.tell(change);
      if (taken.isPresent()) {
        follow(change);
      }
      return taken;
    };
  }

  private void follow(Outbox.Change change) {
    if (change.kind() != Outbox.Change.Kind.DELETED) {
      board.registered(change.device());
    } else if (desk != null) {
      board.deleted(change.device());
      desk.deleted(change.device());
    }
  }

  private void simulate(int mqttPort, IntSupplier httpPort) {
    Optional<String> token = Optional.of(registry.adminToken().inner());
    Simulation started =
        parts.add(
            new Simulation(
                () -> Target.local(mqttPort, httpPort.getAsInt(), token),
                settings.simulator(),
                settings.lifecycle().topicPrefix(),
                clock));
    simulation = started;
    started.mirror(settings.simulator().mirror());
  }

  /// The simulator inside, when this process plays the gateway.
  Optional<Simulation> simulation() {
    return Optional.ofNullable(simulation);
  }

  @Override
  public void close() {
    parts.close();
  }
}
