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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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
///        └────────────too late────────────┴──────────▶ EXPIRED
///
/// A command is stored before it is sent, and sent again after a crash in between; its id tells a
/// device what it did already. Those of one device are sent in order. One thread sends, hears
/// answers and lets commands expire; whoever asked waits on a thread of their own.
public final class CommandDesk implements AutoCloseable {

  /// Commands of one device that may be open at a time.
  public static final int OPEN_MAX = 100;

  /// Commands of one device that are remembered.
  public static final int KEPT_MAX = 1_000;

  private static final Logger LOGGER = LoggerFactory.getLogger(CommandDesk.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int ANSWERS_MAX = 100_000;
  private static final int DETAIL_MAX = 1_000;
  private static final long GLANCE_MILLIS = 250;
  private static final int EXPIRES_SECONDS = 3_600;
  private static final int EXPIRES_SECONDS_MAX = 604_800;

  /// The way to the devices.
  public interface Reach {

    /// Whether somebody listens on the topic who is the device, or speaks for it.
    boolean reaches(DeviceId device, String topic);

    void publish(String topic, byte[] payload);
  }

  /// What a device answered.
  @SuppressWarnings("ArrayRecordComponent") // Bytes pass through; nobody compares answers.
  private record Answer(DeviceId device, byte[] payload) {

    /// Nothing but a reason to look.
    static final Answer NONE = new Answer(new DeviceId("none"), new byte[0]);
  }

  private final Database database;
  private final Directory directory;
  private final Reach reach;
  private final InstantSource clock;
  private final Map<String, Command> open = new LinkedHashMap<>();
  private final Map<String, CompletableFuture<Command>> awaited = new ConcurrentHashMap<>();
  private final LinkedBlockingQueue<Answer> answers = new LinkedBlockingQueue<>(ANSWERS_MAX);
  private final Thread thread = Thread.ofVirtual().name("commands").unstarted(this::run);
  private volatile boolean closed;

  public CommandDesk(Database database, Directory directory, Reach reach, InstantSource clock) {
    this.database = database;
    this.directory = directory;
    this.reach = reach;
    this.clock = clock;
    database.read(CommandTable::open).forEach(command -> open.put(command.id(), command));
  }

  public void start() {
    thread.start();
  }

  /// Takes a command: `command`, `parameters` and `expires_in_seconds`.
  public Outcome<Command> take(DeviceId id, ObjectNode node) {
    Optional<Device> device = directory.device(id);
    Optional<DeviceType> type = device.map(Device::type).flatMap(directory::type);
    if (device.isEmpty() || type.isEmpty()) {
      return new Outcome.Missing<>();
    }
    Form form = new Form(node);
    form.ignore("wait_seconds");
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
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
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

  private Outcome<Command> add(Command command) {
    synchronized (open) {
      long waiting =
          open.values().stream().filter(one -> one.device().equals(command.device())).count();
      if (waiting >= OPEN_MAX) {
        return new Outcome.Conflict<>("the device has " + waiting + " open commands");
      }
      database.write(
          handle -> {
            CommandTable.insert(handle, command, KEPT_MAX);
            return command;
          });
      open.put(command.id(), command);
    }
    awaited.put(command.id(), new CompletableFuture<>());
    var _ = answers.offer(Answer.NONE);
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

  /// What a device was told, newest first, older than the one named.
  public List<Command> list(
      DeviceId device, @Nullable State state, @Nullable String before, int limit) {
    Command last = before == null ? null : find(device, before).orElse(null);
    return database.read(handle -> CommandTable.list(handle, device, state, last, limit));
  }

  /// A device answered. Called by any thread, never waits.
  public void answered(DeviceId device, byte[] payload) {
    if (!answers.offer(new Answer(device, payload))) {
      LOGGER.warn("too many answers at once; one is not heard device={}", device);
    }
  }

  private void run() {
    try {
      while (!closed) {
        Answer answer = answers.poll(GLANCE_MILLIS, TimeUnit.MILLISECONDS);
        try {
          if (answer != null && answer.payload().length > 0) {
            hear(answer);
          }
          look();
        } catch (JdbiException e) {
          LOGGER.warn("commands wait for the registry", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void hear(Answer answer) {
    JsonNode said;
    try {
      said = JSON.readTree(answer.payload());
    } catch (IOException e) {
      LOGGER.debug("answer cannot be read device={}", answer.device());
      return;
    }
    Command command = openById(said.path("command_id").asText());
    if (command != null && command.device().equals(answer.device())) {
      String detail = said.path("detail").asText("");
      String kept = detail.length() > DETAIL_MAX ? detail.substring(0, DETAIL_MAX) : detail;
      end(command, endOf(said.path("status").asText()), kept.isEmpty() ? null : kept);
    }
  }

  private static State endOf(String status) {
    return switch (status) {
      case "failed", "error", "refused", "rejected" -> State.FAILED;
      default -> State.ACKNOWLEDGED;
    };
  }

  private @Nullable Command openById(String id) {
    synchronized (open) {
      return open.get(id);
    }
  }

  /// Sends what can be sent, and ends what is too old.
  private void look() {
    List<Command> all;
    synchronized (open) {
      all = List.copyOf(open.values());
    }
    Instant now = clock.instant();
    for (Command command : all) {
      if (!command.expiresAt().isAfter(now)) {
        end(command, State.EXPIRED, why(command));
      } else if (command.state() == State.QUEUED
          && reach.reaches(command.device(), command.topic())) {
        byte[] payload =
            CommandBook.payload(command, now).toString().getBytes(StandardCharsets.UTF_8);
        reach.publish(command.topic(), payload);
        change(command.sent(now.truncatedTo(ChronoUnit.MILLIS)));
      }
    }
  }

  private static String why(Command command) {
    return command.state() == State.QUEUED
        ? "the device was not there"
        : "the device did not answer";
  }

  private void end(Command command, State state, @Nullable String detail) {
    Command ended = command.ended(state, detail, clock.instant().truncatedTo(ChronoUnit.MILLIS));
    change(ended);
    CompletableFuture<Command> waiting = awaited.remove(command.id());
    if (waiting != null) {
      waiting.complete(ended);
    }
  }

  private void change(Command changed) {
    database.write(
        handle -> {
          CommandTable.update(handle, changed);
          return changed;
        });
    synchronized (open) {
      if (changed.state().isOpen()) {
        open.put(changed.id(), changed);
      } else {
        open.remove(changed.id());
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    var _ = answers.offer(Answer.NONE);
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
