package weir.device.presence;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.Database;
import weir.device.Device;
import weir.device.DeviceId;
import weir.device.Directory;
import weir.device.DirectoryException;
import weir.device.presence.DeviceState.Reason;
import weir.device.presence.DeviceState.State;

/// Who is there, of the registered devices.
///
///     (never) ──connected, heard──▶ ONLINE ──silence──▶ STALE ──heard──▶ ONLINE
///     ONLINE, STALE ──goodbye, lost, will, said so──▶ OFFLINE
///     STALE without a connection ──four times as long──▶ OFFLINE
///
/// What happens is noted by any thread without waiting; one thread decides, tells and stores it,
/// and goes on when the registry cannot be asked for a while. One [TimerWheel] watches all devices.
/// After a start, those that were connected have some time to come back before they count as gone;
/// for all others the time in which nobody could be heard does not count as silence.
public final class PresenceBoard implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(PresenceBoard.class);
  private static final int NOTES_MAX = 1_000_000;
  private static final long TICK_MILLIS = 1_000;

  /// What happened.
  private sealed interface Note {

    record Connected(DeviceId device) implements Note {}

    record Disconnected(DeviceId device, Reason how) implements Note {}

    /// One connection of the device took the place of another.
    record Replaced(DeviceId device) implements Note {}

    record WillPublished(DeviceId device) implements Note {}

    record Heard(DeviceId device, Said said) implements Note {}

    record Registered(DeviceId device) implements Note {}

    record Deleted(DeviceId device) implements Note {}

    record Untold(DeviceId device) implements Note {}
  }

  private final Database database;
  private final Directory directory;
  private final PresenceSettings settings;
  private final InstantSource clock;
  private final LinkedBlockingQueue<Note> notes = new LinkedBlockingQueue<>(NOTES_MAX);
  private final LongAdder lost = new LongAdder();
  private final Map<DeviceId, Sighted> sighted = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<String, Sighted> registered = new ConcurrentSkipListMap<>();
  private final Set<Sighted> untold = new HashSet<>();
  private final Strangers strangers = new Strangers(one -> sighted.remove(one.device, one));
  private final Unsaved unsaved;
  private final Silence silence;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = Thread.ofVirtual().name("presence").unstarted(this::run);
  private volatile String trouble = "";
  private PresenceNews news = PresenceNews.NONE;
  private @Nullable Note held;
  private long generation;
  private long lastBeforeMillis;
  private long nextTickMillis;
  private long nextSaveMillis;

  public PresenceBoard(
      Database database, Directory directory, PresenceSettings settings, InstantSource clock) {
    this.directory = directory;
    this.settings = settings;
    this.clock = clock;
    this.unsaved = new Unsaved(database, clock);
    this.silence = new Silence(directory, settings, clock);
    this.database = database;
    refresh();
  }

  /// Reads what is stored; in a process without doors again and again, for another one stores it.
  public void refresh() {
    Set<String> there = new HashSet<>();
    for (PresenceTable.Row before : database.read(PresenceTable::all)) {
      Sighted one = sighted.computeIfAbsent(before.state().device(), Sighted::new);
      one.recall(before.state(), before.type());
      registered.put(one.device.value(), one);
      there.add(one.device.value());
      lastBeforeMillis = Math.max(lastBeforeMillis, one.lastSignMillis());
    }
    registered.keySet().retainAll(there);
  }

  /// The newest time that was stored; what was heard after it may not be.
  public Optional<Instant> lastHeardOfAll() {
    return lastBeforeMillis == 0
        ? Optional.empty()
        : Optional.of(Instant.ofEpochMilli(lastBeforeMillis));
  }

  /// Notes a message from before this start. To be called before [#start], oldest first.
  public void heardBefore(DeviceId device, String path, byte[] payload, Instant at) {
    Sighted one = registeredOrNull(device);
    if (one == null) {
      return;
    }
    one.heardMillis = Math.max(one.heardMillis, at.toEpochMilli());
    lastBeforeMillis = Math.max(lastBeforeMillis, one.heardMillis);
    if (!one.isLater(at)) {
      return;
    }
    Said said = Said.by(path, payload);
    if (said == Said.OFFLINE) {
      one.declaredOffline = true;
      note(one, one.become(State.OFFLINE, Reason.STATUS, at));
    } else if (one.state() != State.ONLINE && (said == Said.ONLINE || !one.declaredOffline)) {
      one.declaredOffline = false;
      note(one, one.become(State.ONLINE, Reason.HEARD, at));
    }
  }

  private void note(Sighted one, Sighted.Change change) {
    if (change != Sighted.Change.NOTHING) {
      unsaved.add(one);
    }
  }

  /// Begins to decide; to be called when devices can be heard.
  public void start(PresenceNews told) {
    news = told;
    long now = clock.millis();
    long until = now + settings.restartGrace().toMillis();
    silence.excuse(lastBeforeMillis, now);
    generation = directory.generation();
    for (Sighted one : registered.values()) {
      if (!news.isTold(one.shown())) {
        untold.add(one);
      }
      if (one.state() != State.OFFLINE) {
        one.awaitedUntilMillis = one.isThereByConnection() ? until : 0;
        silence.watch(one, until);
      }
    }
    nextTickMillis = now + TICK_MILLIS;
    nextSaveMillis = now + settings.saveEvery().toMillis();
    thread.start();
  }

  public void connected(DeviceId device) {
    note(new Note.Connected(device));
  }

  public void disconnected(DeviceId device, Reason how) {
    note(new Note.Disconnected(device, how));
  }

  /// Of two connections one is left. Which of both is told of first does not matter.
  public void replaced(DeviceId device) {
    note(new Note.Replaced(device));
  }

  public void willPublished(DeviceId device) {
    note(new Note.WillPublished(device));
  }

  /// A message of the device came. Called for each one, so it mostly does nothing but note the
  /// time.
  public void heard(DeviceId device, String path, byte[] payload, Instant at) {
    Sighted one = sighted.get(device);
    if (one != null) {
      one.heardMillis = at.toEpochMilli();
    }
    Said said = Said.by(path, payload);
    boolean plain =
        one != null
            && (said == Said.OFFLINE
                ? one.declaredOffline
                : one.isPlainlyOnline() || (one.declaredOffline && said != Said.ONLINE));
    if (!plain) {
      note(new Note.Heard(device, said));
    }
  }

  /// A device was registered or changed; it may be there already.
  public void registered(DeviceId device) {
    note(new Note.Registered(device));
  }

  public void deleted(DeviceId device) {
    note(new Note.Deleted(device));
  }

  private void note(Note note) {
    if (!notes.offer(note)) {
      lost.increment();
    }
  }

  /// What is wrong with it, if anything. What was not noted, because too much happened at once,
  /// is wrong until the next start.
  public Optional<String> trouble() {
    long unnoted = lost.sum();
    if (unnoted > 0) {
      return Optional.of(unnoted + " comings and goings were not noted");
    }
    return Stream.of(trouble, unsaved.trouble()).filter(text -> !text.isEmpty()).findFirst();
  }

  public boolean isRegistered(DeviceId device) {
    return registered.containsKey(device.value());
  }

  /// The state of a registered device.
  public DeviceState of(DeviceId device) {
    Sighted one = registered.get(device.value());
    return one == null ? DeviceState.never(device) : one.shown();
  }

  /// Devices that are there or were, in the order of their ids, behind the one named.
  public List<DeviceState> list(@Nullable State state, @Nullable String after, int limit) {
    Predicate<Sighted> wanted = one -> state == null || one.state() == state;
    return registered.tailMap(after == null ? "" : after, false).values().stream()
        .filter(wanted)
        .limit(limit)
        .map(Sighted::shown)
        .toList();
  }

  public Map<State, Long> counts() {
    Map<State, Long> counts = new EnumMap<>(State.class);
    registered.values().forEach(one -> counts.merge(one.state(), 1L, Long::sum));
    return counts;
  }

  private void run() {
    try {
      while (stop.getCount() > 0 || held != null || !notes.isEmpty()) {
        try {
          turn();
          trouble = "";
        } catch (JdbiException | DirectoryException e) {
          LOGGER.warn("presence waits for the registry", e);
          trouble = "presence waits for the registry: " + e.getMessage();
          if (stop.await(TICK_MILLIS, TimeUnit.MILLISECONDS)) {
            return;
          }
        } catch (RuntimeException e) {
          LOGGER.error("something of presence went wrong", e);
          held = null;
        }
      }
      unsaved.save(registered.values());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// A note stays in hand until it was taken as a whole.
  private void turn() throws InterruptedException {
    if (held == null) {
      long wait = Math.clamp(nextTickMillis - clock.millis(), 0, TICK_MILLIS);
      held = notes.poll(stop.getCount() == 0 ? 0 : wait, TimeUnit.MILLISECONDS);
    }
    if (held != null) {
      take(held);
      held = null;
    }
    if (notes.isEmpty()) {
      unsaved.save();
    }
    if (clock.millis() >= nextTickMillis) {
      tick();
    }
  }

  /// Asks the directory, which may fail, before it changes anything.
  private void take(Note note) {
    switch (note) {
      case Note.Connected(DeviceId device) -> connect(known(device));
      case Note.Disconnected(DeviceId device, Reason how) -> disconnect(known(device), how);
      case Note.Replaced(DeviceId device) -> replace(known(device));
      case Note.WillPublished(DeviceId device) -> will(registeredOrNull(device));
      case Note.Heard(DeviceId device, Said said) -> hear(known(device), said);
      case Note.Registered(DeviceId device) -> register(device);
      case Note.Deleted(DeviceId device) -> delete(device);
      case Note.Untold(DeviceId device) -> {
        Sighted one = registered.get(device.value());
        if (one != null) {
          untold.add(one);
        }
      }
    }
  }

  private Sighted known(DeviceId device) {
    return sighted.computeIfAbsent(device, this::firstSeen);
  }

  private Sighted firstSeen(DeviceId device) {
    Sighted one = new Sighted(device);
    directory.device(device).ifPresent(known -> enlist(one, known));
    return one;
  }

  private @Nullable Sighted registeredOrNull(DeviceId device) {
    Sighted one = sighted.get(device);
    if (one != null) {
      return one;
    }
    return directory.device(device).isPresent() ? known(device) : null;
  }

  private void enlist(Sighted one, Device known) {
    one.registered = true;
    one.type = known.type();
    strangers.remove(one);
    registered.put(one.device.value(), one);
  }

  private void connect(Sighted one) {
    one.connect();
    strangers.remove(one);
    one.declaredOffline = false;
    one.willPublished = false;
    become(one, State.ONLINE, Reason.CONNECTED);
  }

  private void disconnect(Sighted one, Reason how) {
    one.disconnect();
    if (!one.isConnected()) {
      become(one, State.OFFLINE, one.willPublished ? Reason.WILL : how);
      rememberStranger(one);
    }
    one.willPublished = false;
  }

  private void rememberStranger(Sighted one) {
    if (!one.registered && !one.isConnected()) {
      strangers.add(one);
    }
  }

  private void replace(Sighted one) {
    one.disconnect();
    one.willPublished = false;
  }

  private void will(@Nullable Sighted one) {
    if (one == null) {
      return;
    }
    one.willPublished = one.isConnected();
    if (!one.isConnected()) {
      become(one, State.OFFLINE, Reason.WILL);
    }
  }

  private void hear(Sighted one, Said said) {
    rememberStranger(one);
    if (one.heardMillis == 0) {
      one.heardMillis = clock.millis();
    }
    if (said == Said.OFFLINE) {
      one.declaredOffline = true;
      become(one, State.OFFLINE, Reason.STATUS);
    } else if (said == Said.ONLINE || !one.declaredOffline) {
      one.declaredOffline = false;
      become(one, State.ONLINE, one.isConnected() ? Reason.CONNECTED : Reason.HEARD);
    }
  }

  /// One that spoke or connected before it was registered is there at once, or was there.
  private void register(DeviceId device) {
    Optional<Device> found = directory.device(device);
    if (found.isEmpty()) {
      return;
    }
    Sighted one = known(device);
    if (one.registered) {
      one.type = found.get().type();
      silence.watch(one);
      return;
    }
    enlist(one, found.get());
    if (one.reason() != Reason.NEVER) {
      changed(one);
    }
  }

  private void delete(DeviceId device) {
    registered.remove(device.value());
    Sighted one = sighted.remove(device);
    if (one != null) {
      one.registered = false;
      untold.remove(one);
      unsaved.remove(one);
    }
    news.forget(device);
  }

  private void become(Sighted one, State state, Reason reason) {
    one.awaitedUntilMillis = 0;
    Sighted.Change change = one.become(state, reason, clock.instant());
    if (state == State.ONLINE) {
      silence.begin(one);
    }
    if (one.registered && change == Sighted.Change.NEWS) {
      changed(one);
    } else if (one.registered) {
      note(one, change);
    }
  }

  private void changed(Sighted one) {
    unsaved.add(one);
    tell(one);
  }

  private void tell(Sighted one) {
    untold.add(one);
    news.tell(one.shown(), () -> note(new Note.Untold(one.device)));
    untold.remove(one);
  }

  private void tick() {
    long now = clock.millis();
    nextTickMillis = now + TICK_MILLIS;
    if (directory.generation() != generation) {
      generation = directory.generation();
      registered.values().forEach(silence::watch);
    }
    silence.advance(now, one -> look(one, now));
    for (Sighted one : List.copyOf(untold)) {
      tell(one);
    }
    if (now >= nextSaveMillis) {
      nextSaveMillis = now + settings.saveEvery().toMillis();
      unsaved.save(registered.values());
    }
  }

  /// Whether a device has been silent for too long.
  private void look(Sighted one, long now) {
    if (one.state() == State.OFFLINE || sighted.get(one.device) != one) {
      return;
    }
    if (one.awaitedUntilMillis > 0) {
      become(one, State.OFFLINE, Reason.RESTART);
      return;
    }
    if (now < silence.staleAtMillis(one)) {
      silence.watch(one);
      return;
    }
    if (one.state() == State.ONLINE) {
      become(one, State.STALE, Reason.SILENCE);
    }
    long goneAt = silence.goneAtMillis(one);
    if (!one.isConnected() && now >= goneAt) {
      become(one, State.OFFLINE, Reason.SILENCE);
    } else if (!one.isConnected()) {
      silence.watch(one, goneAt);
    }
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
