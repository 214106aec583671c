package weir.device.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.Database;
import weir.device.Device;
import weir.device.DeviceId;
import weir.device.DeviceType;
import weir.device.Directory;
import weir.device.FieldError;
import weir.device.Form;
import weir.device.Outcome;
import weir.device.command.Command.State;

/// Delivers commands to devices and keeps what became of them.
///
///     QUEUED ──device can be reached──▶ SENT ──answer──▶ ACKNOWLEDGED, FAILED
///        │ ◀─────connection lost─────────┤
///        └────────────too late───────────┴──────────▶ EXPIRED
///
/// A command is stored before it is sent, and sent again when its connection ended before it
/// arrived, or the platform was killed before it was answered; its id tells a device what it did
/// already. Those of one device are sent in order. Processes that share a registry know each
/// other's commands, and the one that reaches the device sends them. One thread sends, hears
/// answers and lets commands expire; whoever asked waits on a thread of their own.
public final class CommandDesk implements AutoCloseable {

  /// Commands of one device that may be open at a time.
  public static final int OPEN_MAX = 100;

  /// Commands of one device that are remembered.
  public static final int KEPT_MAX = 1_000;

  private static final Logger LOGGER = LoggerFactory.getLogger(CommandDesk.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  /// How a device says that it did what it was told. Whatever else it says is a failure.
  private static final Set<String> SUCCESS = Set.of("acknowledged", "ok", "done", "success");

  /// How far back it looks for commands that other processes took.
  private static final Duration FOLLOWED = Duration.ofMinutes(1);

  private static final int NOTES_MAX = 100_000;
  private static final int DETAIL_MAX = 1_000;
  private static final long GLANCE_MILLIS = 250;
  private static final int EXPIRES_SECONDS = 3_600;
  private static final int EXPIRES_SECONDS_MAX = 604_800;

  /// The way to the devices.
  public interface Reach {

    /// That of a process without doors. Its commands are sent by one that shares the registry.
    Reach NONE =
        new Reach() {
          @Override
          public boolean reaches(DeviceId device, String topic) {
            return false;
          }

          @Override
          public CompletableFuture<Boolean> publish(DeviceId device, String topic, byte[] payload) {
            return CompletableFuture.completedFuture(false);
          }
        };

    /// Whether somebody listens on the topic who is the device, or speaks for it.
    boolean reaches(DeviceId device, String topic);

    /// @return completes with false when who listened was gone before it arrived, or had no room
    CompletableFuture<Boolean> publish(DeviceId device, String topic, byte[] payload);
  }

  /// What the thread has to do.
  private sealed interface Note {

    /// A command came, which may be sent at once.
    record Added(DeviceId device) implements Note {}

    /// A device answered.
    @SuppressWarnings("ArrayRecordComponent") // Bytes pass through; nobody compares notes.
    record Answered(DeviceId device, byte[] payload) implements Note {}

    /// What was sent did not arrive.
    record Lost(DeviceId device, String id) implements Note {}

    /// A device was deleted, and its commands with it.
    record Deleted(DeviceId device) implements Note {}
  }

  private final Database database;
  private final Directory directory;
  private final Reach reach;
  private final InstantSource clock;
  private final OpenCommands open = new OpenCommands();
  private final Map<String, CompletableFuture<Command>> awaited = new ConcurrentHashMap<>();
  private final LinkedBlockingQueue<Note> notes = new LinkedBlockingQueue<>(NOTES_MAX);
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = Thread.ofVirtual().name("commands").unstarted(this::run);
  private volatile String trouble = "";
  private long nextLookMillis;

  public CommandDesk(Database database, Directory directory, Reach reach, InstantSource clock) {
    this.database = database;
    this.directory = directory;
    this.reach = reach;
    this.clock = clock;
    List<Command> before =
        database.write(
            handle -> {
              if (reach != Reach.NONE) {
                CommandTable.queueAgain(handle);
              }
              return CommandTable.open(handle, Instant.EPOCH);
            });
    before.forEach(open::put);
  }

  public void start() {
    thread.start();
  }

  /// What is wrong with it, if anything.
  public Optional<String> trouble() {
    return Optional.of(trouble).filter(text -> !text.isEmpty());
  }

  /// Takes a command: `command`, `parameters` and `expires_in_seconds`. What else the form has is
  /// the caller's.
  public Outcome<Command> take(DeviceId id, Form form) {
    Optional<Device> device = directory.device(id);
    Optional<DeviceType> type = device.map(Device::type).flatMap(directory::type);
    if (device.isEmpty() || type.isEmpty()) {
      return new Outcome.Missing<>();
    }
    String name = form.text("command", 64);
    ObjectNode parameters = parameters(form);
    Integer seconds = form.integerOrNull("expires_in_seconds", 1, EXPIRES_SECONDS_MAX);
    Optional<CommandType> known = CommandBook.find(type.get(), name);
    if (known.isPresent()) {
      known.get().check(parameters, form);
    } else if (!name.isEmpty()) {
      form.reject("command", "devices of type " + type.get().name() + " do not know it");
    }
    List<FieldError> errors = form.errors();
    if (!errors.isEmpty()) {
      return new Outcome.Invalid<>(errors);
    }
    Instant now = now();
    Command command =
        new Command(
            UUID.randomUUID().toString(),
            id,
            name,
            parameters,
            CommandBook.topic(device.get(), name, parameters),
            State.QUEUED,
            null,
            now,
            now.plusSeconds(seconds == null ? EXPIRES_SECONDS : seconds),
            null,
            null);
    return add(command);
  }

  private static ObjectNode parameters(Form form) {
    JsonNode given = form.value("parameters");
    if (given != null && !given.isObject()) {
      form.reject("parameters", "must be an object");
    }
    return given instanceof ObjectNode object ? object : JSON.createObjectNode();
  }

  /// One at a time, so that the limit holds.
  private synchronized Outcome<Command> add(Command command) {
    if (open.of(command.device()).size() >= OPEN_MAX) {
      return new Outcome.Conflict<>("the device has " + OPEN_MAX + " open commands");
    }
    database.write(
        handle -> {
          CommandTable.insert(handle, command, KEPT_MAX);
          return command;
        });
    awaited.put(command.id(), new CompletableFuture<>());
    open.put(command);
    note(new Note.Added(command.device()));
    return new Outcome.Saved<>(command);
  }

  /// The command as it is when it ended, or when the time to wait is over.
  public Command await(Command command, Duration longest) {
    CompletableFuture<Command> end = awaited.get(command.id());
    try {
      if (end != null) {
        return end.get(longest.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (TimeoutException stillOpen) {
      LOGGER.debug("command is still open id={}", command.id());
    } catch (ExecutionException e) {
      throw new IllegalStateException("a command never ends so", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      awaited.remove(command.id());
    }
    return find(command.device(), command.id()).orElse(command);
  }

  public Optional<Command> find(DeviceId device, String id) {
    return database.read(handle -> CommandTable.find(handle, device, id));
  }

  /// What a device was told, newest first, older than the one given.
  public List<Command> list(
      DeviceId device, @Nullable State state, @Nullable Command before, int limit) {
    return database.read(handle -> CommandTable.list(handle, device, state, before, limit));
  }

  /// A device answered. Called by any thread, never waits.
  public void answered(DeviceId device, byte[] payload) {
    if (open.has(device)) {
      note(new Note.Answered(device, payload));
    }
  }

  /// A device was deleted. Called by any thread, never waits.
  public void deleted(DeviceId device) {
    note(new Note.Deleted(device));
  }

  private void note(Note note) {
    if (!notes.offer(note)) {
      LOGGER.warn("too much happens to commands at once; something is not noted");
    }
  }

  private void run() {
    try {
      while (stop.getCount() > 0) {
        Note note = notes.poll(GLANCE_MILLIS, TimeUnit.MILLISECONDS);
        try {
          turn(note);
          trouble = "";
        } catch (JdbiException e) {
          LOGGER.warn("commands wait for the registry", e);
          trouble = "commands wait for the registry: " + e.getMessage();
          if (note != null) {
            note(note);
          }
          var _ = stop.await(GLANCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RuntimeException e) {
          LOGGER.error("something of a command went wrong", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void turn(@Nullable Note note) {
    switch (note) {
      case null -> {}
      case Note.Added(DeviceId device) -> look(device);
      case Note.Answered answer -> hear(answer);
      case Note.Lost(DeviceId device, String id) ->
          open.find(device, id)
              .filter(command -> command.state() == State.SENT)
              .ifPresent(command -> change(command.queued()));
      case Note.Deleted(DeviceId device) -> forget(device);
    }
    if (clock.millis() >= nextLookMillis) {
      if (database.engine().isShared()) {
        followOthers();
      }
      open.devices().forEach(this::look);
      nextLookMillis = clock.millis() + GLANCE_MILLIS;
    }
  }

  /// Takes over what other processes were given, so that the one whose door a device is at sends
  /// it, and hears of the end of what somebody waits for here.
  private void followOthers() {
    Instant since = clock.instant().minus(FOLLOWED);
    for (Command command : database.read(handle -> CommandTable.open(handle, since))) {
      if (open.find(command.device(), command.id()).isEmpty()) {
        open.put(command);
      }
    }
    for (DeviceId device : open.devices()) {
      for (Command command : open.of(device)) {
        if (awaited.containsKey(command.id())) {
          find(device, command.id()).ifPresent(this::follow);
        }
      }
    }
  }

  private void hear(Note.Answered answer) {
    JsonNode said;
    try {
      said = JSON.readTree(answer.payload());
    } catch (IOException e) {
      LOGGER.debug("answer cannot be read device={}", answer.device());
      return;
    }
    Optional<Command> command = open.find(answer.device(), said.path("command_id").asText());
    if (command.isPresent()) {
      String status = said.path("status").asText("");
      String detail = detail(status, said.path("detail").asText(""));
      String kept = detail.length() > DETAIL_MAX ? detail.substring(0, DETAIL_MAX) : detail;
      State end = SUCCESS.contains(status) ? State.ACKNOWLEDGED : State.FAILED;
      end(command.get(), end, kept.isEmpty() ? null : kept);
    }
  }

  /// What the device said, with a status that does not say by itself how it ended.
  private static String detail(String status, String detail) {
    if (SUCCESS.contains(status) || status.equals("failed")) {
      return detail;
    }
    String shown = status.isEmpty() ? "the answer has no status" : "status " + status;
    return detail.isEmpty() ? shown : shown + ": " + detail;
  }

  /// Sends what can be sent of a device's commands, and ends what is too old.
  private void look(DeviceId device) {
    Instant now = now();
    Map<String, Boolean> reached = new HashMap<>();
    for (Command command : open.of(device)) {
      if (!command.expiresAt().isAfter(now)) {
        end(command, State.EXPIRED, why(find(device, command.id()).orElse(command)));
      } else if (command.state() == State.QUEUED
          && reached.computeIfAbsent(command.topic(), topic -> reach.reaches(device, topic))) {
        send(command.sent(now));
      }
    }
  }

  private static String why(Command command) {
    return command.state() == State.QUEUED
        ? "the device was not there"
        : "the device did not answer";
  }

  private void send(Command sent) {
    if (!change(sent)) {
      return;
    }
    byte[] payload = CommandBook.payload(sent, now()).toString().getBytes(StandardCharsets.UTF_8);
    var _ =
        reach
            .publish(sent.device(), sent.topic(), payload)
            .thenAccept(
                arrived -> {
                  if (!arrived) {
                    note(new Note.Lost(sent.device(), sent.id()));
                  }
                });
  }

  /// The device may be there again under the same id, with commands of its own.
  private void forget(DeviceId device) {
    for (Command command : open.of(device)) {
      if (find(device, command.id()).isEmpty()) {
        gone(command);
      }
    }
  }

  private void gone(Command command) {
    follow(command.ended(State.FAILED, "the device was deleted", now()));
  }

  private void end(Command command, State state, @Nullable String detail) {
    Command ended = command.ended(state, detail, now());
    if (change(ended)) {
      tell(ended);
    }
  }

  private void tell(Command ended) {
    CompletableFuture<Command> waiting = awaited.remove(ended.id());
    if (waiting != null) {
      waiting.complete(ended);
    }
  }

  /// Stores what became of a command; false when it is gone with its device, or when another
  /// process that shares the registry ended or sent it.
  private boolean change(Command changed) {
    boolean stored = database.write(handle -> CommandTable.update(handle, changed));
    if (stored) {
      open.put(changed);
      return true;
    }
    find(changed.device(), changed.id()).ifPresentOrElse(this::follow, () -> gone(changed));
    return false;
  }

  /// Takes over how far a command is.
  private void follow(Command stored) {
    open.put(stored);
    if (!stored.state().isOpen()) {
      tell(stored);
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
