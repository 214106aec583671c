package weir.device.presence;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.Database;

/// What of presence is not stored yet. A database that is away is tried again each second. Owned by
/// one thread; [#trouble] may be asked by any.
final class Unsaved {

  private static final Logger LOGGER = LoggerFactory.getLogger(Unsaved.class);
  private static final int AT_ONCE = 2_000;
  private static final long PAUSE_MILLIS = 1_000;

  private final Database database;
  private final InstantSource clock;
  private final Set<Sighted> changed = new HashSet<>();
  private volatile String trouble = "";
  private long againMillis;

  Unsaved(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  void add(Sighted one) {
    changed.add(one);
  }

  void remove(Sighted one) {
    changed.remove(one);
  }

  /// What is wrong; empty when nothing is.
  String trouble() {
    return trouble;
  }

  /// Stores what changed, and of these devices when they were heard.
  void save(Collection<Sighted> heard) {
    for (Sighted one : heard) {
      if (one.heardMillis != one.savedHeardMillis) {
        changed.add(one);
      }
    }
    save();
  }

  /// Stores what changed.
  void save() {
    if (changed.isEmpty() || clock.millis() < againMillis) {
      return;
    }
    try {
      List<Sighted> all = List.copyOf(changed);
      for (int from = 0; from < all.size(); from += AT_ONCE) {
        store(all.subList(from, Math.min(all.size(), from + AT_ONCE)));
      }
      trouble = "";
    } catch (JdbiException e) {
      LOGGER.warn("presence cannot be stored now count={}", changed.size(), e);
      trouble = "presence cannot be stored: " + e.getMessage();
      againMillis = clock.millis() + PAUSE_MILLIS;
    }
  }

  private void store(List<Sighted> some) {
    List<DeviceState> states = some.stream().map(Sighted::shown).toList();
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
}
