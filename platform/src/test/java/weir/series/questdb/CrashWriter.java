package weir.series.questdb;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import weir.event.Event;
import weir.series.EventSamples;
import weir.series.StoreLimits;

/// Writes batches until it is killed; after each write it prints how many events are stored. A
/// process of its own, for [QuestDbCrashTest].
final class CrashWriter {

  static final int BATCH = 50;

  private CrashWriter() {}

  public static void main(String[] arguments) {
    QuestDbSettings settings = QuestDbSettings.in(Path.of(arguments[0]));
    int from = Integer.parseInt(arguments[1]);
    QuestDbStore store =
        new QuestDbStore(
            settings,
            StoreLimits.defaults(),
            InstantSource.system(),
            type -> Duration.ofDays(3_650));
    for (int number = from; ; number += BATCH) {
      store.write(batch(number));
      System.out.println(number + BATCH);
    }
  }

  /// The events from this number on; a little out of order, of ever more devices.
  static List<Event> batch(int number) {
    List<Event> events = new ArrayList<>();
    for (int i = number; i < number + BATCH; i++) {
      events.add(
          EventSamples.temperature(
              "e-" + i, "d-" + i / 20, EventSamples.NOON.plusSeconds(i ^ 7), i));
    }
    return events;
  }
}
