package weir.pipeline;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.event.Reading;

/// What was read of one message so far. Owned by one thread and used again for every message,
/// so that reading makes no garbage but the event.
final class Draft {

  /// More readings than any device has; a message with more is refused.
  static final int READINGS_MAX = 1_000;

  /// No time was given.
  static final long NO_TIME = Long.MIN_VALUE;

  /// What sort of value a slot holds. The last two are met only where a decoder asked for every
  /// field.
  enum Slot {
    NUMBER,
    TRUTH,
    TEXT,
    NOTHING,
    STRUCTURE
  }

  private String[] metrics = new String[64];
  private @Nullable String[] units = new String[64];
  private @Nullable String[] texts = new String[64];
  private Slot[] slots = new Slot[64];
  private double[] numbers = new double[64];
  private long[] times = new long[64];
  private int readings;

  private @Nullable String device;
  private @Nullable String type;
  private @Nullable String model;
  private String kind = "";
  private long time;
  private boolean timeReadable;
  private boolean complete;

  final Spans spans = new Spans();

  void clear(String topicKind) {
    readings = 0;
    device = null;
    type = null;
    model = null;
    kind = topicKind;
    time = NO_TIME;
    timeReadable = true;
    complete = true;
    spans.clear();
  }

  void add(String metric, Slot slot, double number, @Nullable String text, @Nullable String unit)
      throws RejectedException {
    if (readings == READINGS_MAX) {
      throw RejectedException.invalid("", "more than " + READINGS_MAX + " readings in one message");
    }
    if (readings == metrics.length) {
      grow();
    }
    metrics[readings] = metric;
    slots[readings] = slot;
    numbers[readings] = number;
    texts[readings] = text;
    units[readings] = unit;
    times[readings] = NO_TIME;
    readings++;
  }

  private void grow() {
    int size = metrics.length * 2;
    metrics = Arrays.copyOf(metrics, size);
    slots = Arrays.copyOf(slots, size);
    numbers = Arrays.copyOf(numbers, size);
    texts = Arrays.copyOf(texts, size);
    units = Arrays.copyOf(units, size);
    times = Arrays.copyOf(times, size);
  }

  /// Gives the unit to the readings from an index on that have none of their own.
  void unitFrom(int first, String unit) {
    for (int i = first; i < readings; i++) {
      if (units[i] == null) {
        units[i] = unit;
      }
    }
  }

  /// Gives the time to the readings from an index on.
  void timeFrom(int first, long micros) {
    Arrays.fill(times, first, readings, micros);
  }

  void timesCleared() {
    Arrays.fill(times, 0, readings, NO_TIME);
  }

  int count() {
    return readings;
  }

  /// Whether anything is there but empty texts, which say that there is nothing.
  boolean hasValue() {
    for (int i = 0; i < readings; i++) {
      String text = texts[i];
      if (text == null || !text.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  String metric(int index) {
    return metrics[index];
  }

  Slot slot(int index) {
    return slots[index];
  }

  double number(int index) {
    return numbers[index];
  }

  long timeOf(int index) {
    return times[index];
  }

  @Nullable String text(int index) {
    return texts[index];
  }

  /// The place of a captured field, -1 when it is not there.
  int indexOf(String name) {
    for (int i = 0; i < readings; i++) {
      if (metrics[i].equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /// Whether the metric, or one below it, is there.
  boolean hasMetric(String name) {
    for (int i = 0; i < readings; i++) {
      String metric = metrics[i];
      if (metric.startsWith(name)
          && (metric.length() == name.length() || metric.charAt(name.length()) == '.')) {
        return true;
      }
    }
    return false;
  }

  List<Reading> toReadings() {
    Reading[] made = new Reading[readings];
    for (int i = 0; i < readings; i++) {
      String unit = units[i];
      String text = texts[i];
      Instant at = times[i] == NO_TIME ? null : Timestamps.instant(times[i]);
      made[i] =
          text != null
              ? new Reading.Textual(metrics[i], text, unit == null ? "" : unit, at)
              : new Reading.Numeric(metrics[i], numbers[i], unit == null ? "" : unit, at);
    }
    return List.of(made);
  }

  @Nullable String device() {
    return device;
  }

  void device(String given) {
    device = given;
  }

  @Nullable String type() {
    return type;
  }

  void type(String given) {
    type = given;
  }

  @Nullable String model() {
    return model;
  }

  void model(String given) {
    model = given;
  }

  String kind() {
    return kind;
  }

  void kind(String given) {
    kind = given;
  }

  /// When it happened, in microseconds, or [#NO_TIME].
  long time() {
    return time;
  }

  void time(long micros) {
    time = micros;
  }

  boolean timeReadable() {
    return timeReadable;
  }

  void timeUnreadable() {
    timeReadable = false;
  }

  /// Whether every channel said its name and its time.
  boolean complete() {
    return complete;
  }

  void incomplete() {
    complete = false;
  }
}
