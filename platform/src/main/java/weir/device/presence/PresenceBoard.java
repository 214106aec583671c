package weir.device.presence;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.Database;
import weir.device.Device;
import weir.device.DeviceId;
import weir.device.Directory;
import weir.device.presence.DeviceState.Reason;
import weir.device.presence.DeviceState.State;

/// Who is there, of the registered devices.
///
///     (never) ──connected, heard──▶ ONLINE ──silence──▶ STALE ──heard──▶ ONLINE
///     ONLINE, STALE ──goodbye, lost, will, said so──▶ OFFLINE
///     STALE without a connection ──four times as long──▶ OFFLINE
///
/// What happens is noted by any thread without waiting; one thread decides, tells and stores it.
/// One
/// [TimerWheel] watches all devices. After a start, those that were there have some time to come
/// back before they count as gone.
public final class PresenceBoard implements AutoCloseable {

  /// Tells others of a change, without waiting.
  @FunctionalInterface
  public interface News {

    /// @param failed to be run when it could not be told; then it is asked again a second later
    void tell(DeviceState state, Runnable failed);
  }

  private static final Logger LOGGER = LoggerFactory.getLogger(PresenceBoard.class);
  private static final int NOTES_MAX = 1_000_000;
  private static final int SAVED_AT_ONCE = 2_000;
  private static final int GONE_FACTOR = 4;
  private static final long TICK_MILLIS = 1_000;

  /// What happened.
  private sealed interface Note {

    record Connected(DeviceId device) implements Note {}

    record Disconnected(DeviceId device, Reason how) implements Note {}

    record WillPublished(DeviceId device) implements Note {}

    record Heard(DeviceId device, Said said) implements Note {}

    record Registered(DeviceId device) implements Note {}

    record Deleted(DeviceId device) implements Note {}

    record Untold(DeviceId device) implements Note {}

    record Stop() implements Note {}
  }

  private final Database database;
  private final Directory directory;
  private final PresenceSettings settings;
  private final News news;
  private final InstantSource clock;
  private final LinkedBlockingQueue<Note> notes = new LinkedBlockingQueue<>(NOTES_MAX);
  private final LongAdder lost = new LongAdder();
  private final Map<DeviceId, Sighted> sighted = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<String, Sighted> registered = new ConcurrentSkipListMap<>();
  private final Set<Sighted> untold = new HashSet<>();
  private final Set<Sighted> unsaved = new HashSet<>();
  private final TimerWheel<Sighted> wheel;
  private final Thread thread = Thread.ofVirtual().name("presence").unstarted(this::run);
  private long nextTickMillis;
  private long nextSaveMillis;

  public PresenceBoard(
      Database database,
      Directory directory,
      PresenceSettings settings,
      News news,
      InstantSource clock) {
    this.database = database;
    this.directory = directory;
    this.settings = settings;
    this.news = news;
    this.clock = clock;
    this.wheel = new TimerWheel<>(clock.millis());
    recall();
  }

  private void recall() {
    long until = clock.millis() + settings.restartGrace().toMillis();
    for (DeviceState before : database.read(PresenceTable::all)) {
      Sighted one = new Sighted(before.device());
      one.recall(before);
      one.registered = true;
      one.declaredOffline = before.reason() == Reason.STATUS;
      one.allowanceMillis = allowance(before.device());
      sighted.put(one.device, one);
      registered.put(one.device.value(), one);
      if (before.state() != State.OFFLINE) {
        one.awaitedUntilMillis = until;
        watch(one, until);
      }
    }
  }

  /// The newest time that was stored; what was heard after it may not be.
  public Optional<Instant> lastHeardOfAll() {
    return sighted.values().stream()
        .filter(one -> one.heardMillis > 0)
        .map(one -> Instant.ofEpochMilli(one.heardMillis))
        .max(Instant::compareTo);
  }

  /// Notes that a message came before this start. To be called before [#start].
  public void heardBefore(DeviceId device, Instant at) {
    Sighted one = sighted.get(device);
    if (one != null) {
      one.heardMillis = Math.max(one.heardMillis, at.toEpochMilli());
    }
  }

  public void start() {
    nextTickMillis = clock.millis() + TICK_MILLIS;
    nextSaveMillis = clock.millis() + settings.saveEvery().toMillis();
    thread.start();
  }

  public void connected(DeviceId device) {
    note(new Note.Connected(device));
  }

  public void disconnected(DeviceId device, Reason how) {
    note(new Note.Disconnected(device, how));
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

  /// A device was registered; it may be there already.
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

  /// What could not be noted because too much happened at once.
  public long lostCount() {
    return lost.sum();
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
      while (true) {
        long wait = Math.max(0, nextTickMillis - clock.millis());
        Note note = notes.poll(Math.min(wait, TICK_MILLIS), TimeUnit.MILLISECONDS);
        if (note instanceof Note.Stop) {
          saveAll();
          return;
        }
        if (note != null) {
          take(note);
        }
        if (notes.isEmpty()) {
          save(unsaved);
        }
        if (clock.millis() >= nextTickMillis) {
          tick();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void take(Note note) {
    switch (note) {
      case Note.Connected(DeviceId device) -> connect(known(device));
      case Note.Disconnected(DeviceId device, Reason how) -> disconnect(known(device), how);
      case Note.WillPublished(DeviceId device) -> will(known(device));
      case Note.Heard(DeviceId device, Said said) -> hear(device, said);
      case Note.Registered(DeviceId device) -> register(known(device));
      case Note.Deleted(DeviceId device) -> delete(device);
      case Note.Untold(DeviceId device) -> untold.add(known(device));
      case Note.Stop stop -> throw new IllegalStateException("handled by the loop");
    }
  }

  private Sighted known(DeviceId device) {
    return sighted.computeIfAbsent(device, this::firstSeen);
  }

  private Sighted firstSeen(DeviceId device) {
    Sighted one = new Sighted(device);
    if (directory.device(device).isPresent()) {
      enlist(one);
    }
    return one;
  }

  private void enlist(Sighted one) {
    one.registered = true;
    one.allowanceMillis = allowance(one.device);
    registered.put(one.device.value(), one);
  }

  private long allowance(DeviceId device) {
    Duration interval =
        directory
            .device(device)
            .map(Device::type)
            .flatMap(directory::type)
            .flatMap(type -> Interval.of(type.updateFrequency()))
            .orElse(settings.intervalUnknown());
    long millis = interval.multipliedBy(settings.silenceFactor()).toMillis();
    return Math.max(settings.silenceMin().toMillis(), millis);
  }

  private void connect(Sighted one) {
    one.connect();
    one.declaredOffline = false;
    one.willPublished = false;
    become(one, State.ONLINE, Reason.CONNECTED);
  }

  private void disconnect(Sighted one, Reason how) {
    one.disconnect();
    if (!one.isConnected()) {
      become(one, State.OFFLINE, one.willPublished ? Reason.WILL : how);
      if (!one.registered) {
        sighted.remove(one.device);
      }
    }
    one.willPublished = false;
  }

  private void will(Sighted one) {
    one.willPublished = one.isConnected();
    if (!one.isConnected()) {
      become(one, State.OFFLINE, Reason.WILL);
    }
  }

  private void hear(DeviceId device, Said said) {
    Sighted one = sighted.get(device);
    if (one == null) {
      if (directory.device(device).isEmpty()) {
        return;
      }
      one = known(device);
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

  /// One that spoke or connected before it was registered is there at once.
  private void register(Sighted one) {
    if (one.registered) {
      one.allowanceMillis = allowance(one.device);
      return;
    }
    enlist(one);
    if (one.state() != State.OFFLINE) {
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
  }

  private void become(Sighted one, State state, Reason reason) {
    one.awaitedUntilMillis = 0;
    boolean changed = one.become(state, reason, clock.instant());
    if (state == State.ONLINE) {
      watch(one, Math.max(one.heardMillis, clock.millis()) + one.allowanceMillis);
    }
    if (changed && one.registered) {
      changed(one);
    }
  }

  private void changed(Sighted one) {
    unsaved.add(one);
    tell(one);
  }

  private void tell(Sighted one) {
    news.tell(one.shown(), () -> note(new Note.Untold(one.device)));
  }

  private void watch(Sighted one, long dueMillis) {
    if (one.dueMillis == 0 || dueMillis < one.dueMillis) {
      one.dueMillis = dueMillis;
      wheel.add(one, dueMillis);
    }
  }

  private void tick() {
    long now = clock.millis();
    nextTickMillis = now + TICK_MILLIS;
    wheel.advance(now, one -> look(one, now));
    List<Sighted> again = List.copyOf(untold);
    untold.clear();
    again.stream().filter(one -> one.registered).forEach(this::tell);
    if (now >= nextSaveMillis) {
      nextSaveMillis = now + settings.saveEvery().toMillis();
      saveAll();
    }
  }

  /// Whether a device has been silent for too long.
  private void look(Sighted one, long now) {
    if (now < one.dueMillis) {
      return;
    }
    one.dueMillis = 0;
    if (one.state() == State.OFFLINE || sighted.get(one.device) != one) {
      return;
    }
    if (one.awaitedUntilMillis > 0) {
      if (now >= one.awaitedUntilMillis) {
        become(one, State.OFFLINE, Reason.RESTART);
      } else {
        watch(one, one.awaitedUntilMillis);
      }
      return;
    }
    long silentSince = heardOrSeen(one);
    if (now < silentSince + one.allowanceMillis) {
      watch(one, silentSince + one.allowanceMillis);
      return;
    }
    if (one.state() == State.ONLINE) {
      become(one, State.STALE, Reason.SILENCE);
    }
    long goneAt = silentSince + GONE_FACTOR * one.allowanceMillis;
    if (!one.isConnected() && now >= goneAt) {
      become(one, State.OFFLINE, Reason.SILENCE);
    } else if (!one.isConnected()) {
      watch(one, goneAt);
    }
  }

  private static long heardOrSeen(Sighted one) {
    Instant since = one.shown().since();
    long seen = since == null || one.state() == State.STALE ? 0 : since.toEpochMilli();
    return Math.max(one.heardMillis, seen);
  }

  private void saveAll() {
    for (Sighted one : registered.values()) {
      if (one.heardMillis != one.savedHeardMillis) {
        unsaved.add(one);
      }
    }
    save(unsaved);
  }

  private void save(Set<Sighted> changed) {
    List<Sighted> all = List.copyOf(changed);
    try {
      for (int from = 0; from < all.size(); from += SAVED_AT_ONCE) {
        List<Sighted> some = all.subList(from, Math.min(all.size(), from + SAVED_AT_ONCE));
        List<DeviceState> states = new ArrayList<>(some.size());
        some.forEach(one -> states.add(one.shown()));
        database.write(
            handle -> {
              PresenceTable.put(handle, states);
              return states;
            });
        for (int i = 0; i < some.size(); i++) {
          Instant heard = states.get(i).lastHeard();
          some.get(i).savedHeardMillis = heard == null ? 0 : heard.toEpochMilli();
          changed.remove(some.get(i));
        }
      }
    } catch (JdbiException e) {
      LOGGER.warn("presence cannot be stored now; it is tried again count={}", changed.size(), e);
    }
  }

  @Override
  public void close() {
    notes.clear();
    note(new Note.Stop());
    try {
      thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
