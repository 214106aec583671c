package weir.replay;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import weir.device.DeviceId;
import weir.event.Event;
import weir.event.EventId;
import weir.event.EventKey;
import weir.event.Reading;
import weir.series.Measured;
import weir.series.ReadingQuery;
import weir.series.SeriesStore;
import weir.series.StoredEvent;

/// Holds decoded events against what is stored: field by field, reading by reading.
final class Comparison {

  private static final int READINGS_MAX = 100_000;
  private static final int IDS_MAX = 1_000;
  private static final String NONE = "none";

  /// Stores keep no other times.
  private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");

  private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

  /// What became of one event.
  enum Verdict {
    SAME,
    CHANGED,
    MOVED,
    UNSTORED
  }

  private record Line(DeviceId device, String metric) {}

  private final SeriesStore store;
  private final int readingsMax;
  private final List<Difference> differences = new ArrayList<>();
  private final Map<Line, Map<Instant, Reading>> stored = new HashMap<>();
  private final Map<EventKey, StoredEvent> storedEvents = new HashMap<>();

  /// @param events all that will be asked for
  Comparison(SeriesStore store, List<Event> events) {
    this(store, events, READINGS_MAX);
  }

  /// @param readingsMax most readings to ask for at once
  Comparison(SeriesStore store, List<Event> events, int readingsMax) {
    this.store = store;
    this.readingsMax = readingsMax;
    Map<Line, List<Instant>> lines = new HashMap<>();
    for (Event event : events) {
      for (Reading reading : event.readings()) {
        lines
            .computeIfAbsent(new Line(event.device(), reading.metric()), any -> new ArrayList<>())
            .add(timeOf(event, reading));
      }
    }
    lines.forEach((line, times) -> stored.put(line, read(line, times)));
    for (int i = 0; i < events.size(); i += IDS_MAX) {
      find(events.subList(i, Math.min(events.size(), i + IDS_MAX)));
    }
  }

  /// Looks where the events would be today first, since a store finds little by an id alone.
  private void find(List<Event> events) {
    Instant first = events.stream().map(Event::time).min(Instant::compareTo).orElseThrow();
    Instant last = events.stream().map(Event::time).max(Instant::compareTo).orElseThrow();
    keep(store.events(ids(events), first, last.plusNanos(1_000)));
    List<Event> missing =
        events.stream().filter(event -> !storedEvents.containsKey(event.key())).toList();
    keep(store.events(ids(missing), EARLIEST, LATEST));
  }

  private static List<EventId> ids(List<Event> events) {
    return events.stream().map(Event::id).toList();
  }

  private void keep(List<StoredEvent> found) {
    found.forEach(event -> storedEvents.put(event.key(), event));
  }

  private Map<Instant, Reading> read(Line line, List<Instant> times) {
    Map<Instant, Reading> readings = new HashMap<>();
    read(line, List.copyOf(new TreeSet<>(times)), readings);
    return readings;
  }

  /// In one go, from the first time to the last; when more lies between them than is given at
  /// once, in two halves, so that one message of long ago does not hide what is stored since.
  private void read(Line line, List<Instant> times, Map<Instant, Reading> readings) {
    ReadingQuery query =
        new ReadingQuery(
            line.device, line.metric, times.getFirst(), times.getLast().plusNanos(1_000));
    List<Measured> found = store.readings(query, readingsMax);
    if (found.size() == readingsMax && times.size() > 1) {
      read(line, times.subList(0, times.size() / 2), readings);
      read(line, times.subList(times.size() / 2, times.size()), readings);
      return;
    }
    for (Measured measured : found) {
      readings.put(measured.time(), measured.reading());
    }
  }

  private static Instant timeOf(Event event, Reading reading) {
    Instant own = reading.at();
    return own == null ? event.time() : own;
  }

  Verdict compare(Event event) {
    StoredEvent old = storedEvents.get(event.key());
    if (old == null) {
      return Verdict.UNSTORED;
    }
    if (!old.time().equals(event.time())) {
      note(event, "time", old.time().toString(), event.time().toString());
      return Verdict.MOVED;
    }
    int before = differences.size();
    note(event, "type", old.type(), event.type());
    note(event, "kind", old.kind(), event.kind());
    for (Reading reading : event.readings()) {
      compare(event, reading);
    }
    if (before == differences.size() && !Arrays.equals(old.json(), event.json())) {
      note(event, "json", text(old.json()), text(event.json()));
    }
    return before == differences.size() ? Verdict.SAME : Verdict.CHANGED;
  }

  private void compare(Event event, Reading reading) {
    Reading old =
        stored
            .getOrDefault(new Line(event.device(), reading.metric()), Map.of())
            .get(timeOf(event, reading));
    note(event, reading.metric(), old == null ? NONE : value(old), value(reading));
  }

  private static String value(Reading reading) {
    return switch (reading) {
      case Reading.Numeric number -> (number.value() + " " + reading.unit()).strip();
      case Reading.Textual text when text.value().isEmpty() -> NONE;
      case Reading.Textual text -> (text.value() + " " + reading.unit()).strip();
    };
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }

  private void note(Event event, String what, String old, String now) {
    if (!old.equals(now)) {
      differences.add(new Difference(event.id().value(), event.device().value(), what, old, now));
    }
  }

  List<Difference> differences() {
    return differences;
  }
}
