package weir.series.questdb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/// The hours whose rollup is missing or out of date, kept in a small file so that they survive
/// the death of the process. An hour is its number since the epoch.
///
/// The writer marks an hour before it commits a reading in it. Rolling up goes in two steps:
/// [#take] while nothing is being written, and [#finish], which keeps an hour that was marked
/// meanwhile. Safe for use by many threads.
final class DirtyHours {

  private enum State {
    DIRTY,
    TAKEN
  }

  private final Path file;
  private final Map<Long, State> hours = new HashMap<>();
  private final Map<Long, Long> touchedMillis = new HashMap<>();
  private long markedHour;
  private long markedMillis;

  DirtyHours(Path file) {
    this.file = file;
    try {
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          replay(line);
        }
      }
      compact();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /// A line is `+` or `-`, the hour and a semicolon; a torn one was never relied on.
  private void replay(String line) {
    if (!line.matches("[+-][0-9]{1,12};")) {
      return;
    }
    long hour = Long.parseLong(line.substring(1, line.length() - 1));
    if (line.charAt(0) == '+') {
      hours.put(hour, State.DIRTY);
    } else {
      hours.remove(hour);
    }
  }

  private void compact() throws IOException {
    StringBuilder lines = new StringBuilder();
    hours.keySet().forEach(hour -> lines.append("\n+").append(hour).append(';'));
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(fresh, lines);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Must be called before a reading in this hour is committed.
  synchronized void mark(long hour, long nowMillis) {
    if (hour == markedHour && nowMillis == markedMillis) {
      return;
    }
    markedHour = hour;
    markedMillis = nowMillis;
    if (!hours.containsKey(hour)) {
      append("+" + hour);
    }
    hours.put(hour, State.DIRTY);
    touchedMillis.put(hour, nowMillis);
  }

  /// Takes the hours that ended, and were left alone, before a time. The caller makes sure that
  /// no marked reading is still uncommitted.
  synchronized List<Long> take(long beforeMillis) {
    markedMillis = 0;
    List<Long> taken =
        hours.keySet().stream()
            .filter(hour -> Hours.endMillis(hour) <= beforeMillis)
            .filter(hour -> touchedMillis.getOrDefault(hour, 0L) <= beforeMillis)
            .sorted()
            .toList();
    taken.forEach(hour -> hours.put(hour, State.TAKEN));
    return taken;
  }

  /// The rollup of this hour is written, unless it was marked since it was taken.
  synchronized void finish(long hour) {
    if (hours.get(hour) == State.TAKEN) {
      append("-" + hour);
      hours.remove(hour);
      touchedMillis.remove(hour);
    }
  }

  /// Hours from one up to another whose rollup is not to be trusted.
  synchronized NavigableSet<Long> within(long from, long to) {
    NavigableSet<Long> found = new TreeSet<>();
    for (long hour : hours.keySet()) {
      if (hour >= from && hour < to) {
        found.add(hour);
      }
    }
    return found;
  }

  /// Every entry starts a line of its own, so that one that was torn spoils no other.
  private void append(String entry) {
    try {
      Files.writeString(
          file, "\n" + entry + ";", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
