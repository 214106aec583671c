package weir.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DeviceId;
import weir.fleet.model.EnergyDevice;
import weir.fleet.model.Order;
import weir.fleet.model.Step;
import weir.fleet.model.Surroundings;
import weir.fleet.wire.Inbox;

/// Keeps a simulated device `mock-real-{id}` for each registered one, by listening to what the
/// platform tells of its registry over MQTT, and by comparing with the registry over REST at the
/// start, after each lost connection and now and then.
///
/// What is told while the registry is read waits until it was read, so that the last word on each
/// device is the newest. One thread owns the mirrors; they speak through a [MirrorVoice].
public final class Mirrors implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Mirrors.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TRY_AGAIN = Duration.ofSeconds(2);
  private static final long SEED = 1;

  /// What the thread has to do.
  private sealed interface Note {

    /// A message came in.
    @SuppressWarnings("ArrayRecordComponent") // Bytes pass through; nobody compares notes.
    record Heard(String topic, byte[] payload) implements Note {}

    /// Changes may have been missed.
    record Unsure() implements Note {}

    /// The registry was read; null when that failed.
    record Registered(@Nullable List<Original> originals) implements Note {}

    /// Somebody asks for something.
    record Asked(Runnable errand) implements Note {}

    record Stop() implements Note {}
  }

  private final SimulatorSettings settings;
  private final String eventPrefix;
  private final InstantSource clock;
  private final Optional<RestPages> registry;
  private final MirrorVoice voice;
  private final Surroundings surroundings = new Surroundings(SEED, ZoneId.of("UTC"));
  private final LinkedBlockingQueue<Note> notes = new LinkedBlockingQueue<>();
  private final Map<String, Mirror> mirrors = new ConcurrentSkipListMap<>();
  private final PriorityQueue<Mirror> due = new PriorityQueue<>();
  private final List<Note.Heard> held = new ArrayList<>();
  private final Thread thread = Thread.ofVirtual().name("fleet-mirrors").unstarted(this::run);
  private final MisbehavingDevices misbehaving =
      new MisbehavingDevices(
          new Errands(errand -> notes.add(new Note.Asked(errand)), thread::isAlive));
  private boolean reading;

  /// Whether changes may have been missed since the registry began to be read.
  private boolean doubtful;

  private Instant reconcileAt = Instant.MAX;
  private int lastNumber;
  private boolean full;

  /// @param eventPrefix below which the platform tells of its registry
  public Mirrors(
      Target target, SimulatorSettings settings, String eventPrefix, InstantSource clock) {
    this.settings = settings;
    this.eventPrefix = eventPrefix;
    this.clock = clock;
    this.registry = target.adminToken().map(token -> new RestPages(target.http(), token));
    this.voice = new MirrorVoice(target, new Ears(), clock);
  }

  /// Whether a device is a mirror by its identifier.
  public static boolean isMirror(DeviceId device) {
    return Original.isMirrorId(device.value());
  }

  /// Whether an MQTT client is one that listens for mirrors, and obeys for nobody else.
  public static boolean areEars(String clientId) {
    return MirrorVoice.areEars(clientId);
  }

  /// Connects and begins to mirror. Returns at once.
  public void start() {
    thread.start();
    voice.open();
  }

  /// The mirrors at one moment.
  public MirrorStatus status() {
    return new MirrorStatus(
        mirrors.size(), voice.isConnected(), voice.sent(), voice.acknowledged(), voice.discarded());
  }

  /// All mirrors, in the order of their identifiers.
  public List<SimulatedDevice> devices() {
    return mirrors.values().stream().map(this::shown).toList();
  }

  private SimulatedDevice shown(Mirror mirror) {
    return SimulatedDevice.of(mirror.model, voice.isConnected()).standingFor(mirror.original());
  }

  /// The mirrors, which can be told to misbehave.
  public MisbehavingDevices misbehaving() {
    return misbehaving;
  }

  private final class Ears implements Inbox {

    @Override
    public List<String> filters() {
      return List.of(eventPrefix + "/+/+", "energy/devices/+/commands");
    }

    @Override
    public void subscribed() {
      notes.add(new Note.Unsure());
    }

    @Override
    public void received(String topic, byte[] payload) {
      notes.add(new Note.Heard(topic, payload));
    }
  }

  private void run() {
    try {
      while (true) {
        Note note = notes.poll(millisToNext(), TimeUnit.MILLISECONDS);
        if (note instanceof Note.Stop) {
          return;
        }
        try {
          take(note);
          speak();
        } catch (RuntimeException e) {
          LOG.error("something of the mirrors went wrong; the registry is compared again", e);
          doubtful = true;
          reconcileAt = clock.instant().plus(TRY_AGAIN);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void take(@Nullable Note note) {
    switch (note) {
      case null -> {}
      case Note.Heard heard -> hear(heard);
      case Note.Unsure unsure -> read();
      case Note.Registered registered -> compare(registered.originals());
      case Note.Asked asked -> asked.errand().run();
      case Note.Stop stop -> throw new IllegalStateException("handled by the loop");
    }
  }

  private long millisToNext() {
    Mirror next = due.peek();
    Instant at = next == null || next.due.isAfter(reconcileAt) ? reconcileAt : next.due;
    Instant now = clock.instant();
    return at.isAfter(now.plus(TRY_AGAIN))
        ? TRY_AGAIN.toMillis()
        : Math.max(0, Duration.between(now, at).toMillis());
  }

  /// Lets all whose time has come say their next.
  private void speak() {
    Instant now = clock.instant();
    if (!reconcileAt.isAfter(now)) {
      read();
    }
    Mirror next = due.peek();
    while (next != null && !next.due.isAfter(now)) {
      due.remove();
      if (!next.removed) {
        Step step = next.model.next(now);
        voice.say(next, step.messages());
        next.due = now.plus(step.pause());
        due.add(next);
      }
      next = due.peek();
    }
  }

  private void hear(Note.Heard heard) {
    if (heard.topic.startsWith(eventPrefix + "/")) {
      if (reading) {
        held.add(heard);
      } else {
        apply(heard);
      }
    } else {
      Order.parse(heard.topic, heard.payload).ifPresent(this::obey);
    }
  }

  private void apply(Note.Heard heard) {
    JsonNode event;
    try {
      event = JSON.readTree(heard.payload);
    } catch (IOException e) {
      LOG.warn("device event cannot be read topic={}", heard.topic);
      return;
    }
    if (event.path("event_type").asText().equals("device.deleted")) {
      remove(Original.mirrorIdOf(event.path("device_id").asText()));
    } else {
      Original.of(event.path("device_data")).ifPresent(this::keep);
    }
  }

  private void keep(Original original) {
    String id = original.mirrorId().value();
    Mirror known = mirrors.get(id);
    if (known != null) {
      if (known.follow(original)) {
        LOG.info("Updated mock device {} for real device: {}", id, original.id());
      }
    } else if (mirrors.size() < settings.mirrorsMax()) {
      add(id, original);
    } else if (!full) {
      full = true;
      LOG.warn("no more devices are mirrored mirrorsMax={}", settings.mirrorsMax());
    }
  }

  private void add(String id, Original original) {
    EnergyDevice model =
        new EnergyDevice(
            original.mirrorId(),
            original.rating(),
            original.type(),
            surroundings,
            Roster.randomOf(SEED, id));
    Mirror mirror = new Mirror(original, model, lastNumber++, clock.instant());
    mirrors.put(id, mirror);
    misbehaving.add(model);
    due.add(mirror);
    LOG.info("Created mock device {} for real device: {}", id, original.id());
  }

  private void remove(String id) {
    Mirror gone = mirrors.remove(id);
    if (gone != null) {
      gone.removed = true;
      misbehaving.remove(id);
      full = false;
      LOG.info("Removed mock device {} for real device: {}", id, gone.original().id());
    }
  }

  private void obey(Order order) {
    String[] levels = order.topic().split("/", -1);
    Mirror mirror = levels.length == 4 ? mirrors.get(levels[2]) : null;
    if (mirror != null) {
      voice.answer(mirror, order, mirror.model.obey(order));
    }
  }

  /// Reads the registry on a thread of its own; what is told meanwhile waits.
  private void read() {
    reconcileAt = Instant.MAX;
    if (registry.isEmpty()) {
      return;
    }
    if (reading) {
      doubtful = true;
      return;
    }
    reading = true;
    doubtful = false;
    RestPages pages = registry.get();
    Thread.ofVirtual()
        .name("fleet-registry")
        .start(
            () -> {
              try {
                notes.add(new Note.Registered(Original.all(pages)));
              } catch (IOException | RuntimeException e) {
                LOG.warn("the registry cannot be read; it is tried again", e);
                notes.add(new Note.Registered(null));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private void compare(@Nullable List<Original> originals) {
    if (originals != null) {
      Set<String> wanted = new HashSet<>();
      originals.forEach(original -> wanted.add(original.mirrorId().value()));
      mirrors.keySet().stream().filter(id -> !wanted.contains(id)).toList().forEach(this::remove);
      originals.forEach(this::keep);
    }
    reading = false;
    List<Note.Heard> meanwhile = List.copyOf(held);
    held.clear();
    meanwhile.forEach(this::apply);
    Duration pause = originals == null || doubtful ? TRY_AGAIN : settings.reconcileEvery();
    reconcileAt = clock.instant().plus(pause);
  }

  @Override
  public void close() {
    notes.add(new Note.Stop());
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    voice.close();
    registry.ifPresent(RestPages::close);
  }
}
