package weir.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import weir.fleet.model.DeviceModel;
import weir.fleet.model.Message;
import weir.fleet.model.Step;
import weir.fleet.wire.Parcel;

/// The whole run as a sequence of happenings in the devices' time. Pure: the same settings give the
/// same sequence, byte for byte. Not thread-safe; one thread runs it.
final class Timeline {

  private static final long FIRST_MILLIS_MAX = 5_000;

  /// What happens next.
  sealed interface Happening {

    Instant at();

    /// A device sends something.
    record Speech(Instant at, int device, List<Parcel> parcels) implements Happening {}

    /// A device loses its connection and says nothing for a while.
    record Silence(Instant at, int device) implements Happening {}

    /// All devices lose their connections.
    record Storm(Instant at) implements Happening {}
  }

  /// A device and when it acts next.
  private static final class Actor implements Comparable<Actor> {
    final int number;
    final DeviceModel model;
    final Mishaps mishaps;
    final RandomGenerator random;
    Instant last;
    Instant due;
    boolean silenced;
    boolean spoke;

    Actor(int number, DeviceModel model, Mishaps mishaps, RandomGenerator random, Instant start) {
      this.number = number;
      this.model = model;
      this.mishaps = mishaps;
      this.random = random;
      this.last = start;
      this.due = start.plusMillis(random.nextLong(FIRST_MILLIS_MAX));
    }

    @Override
    public int compareTo(Actor other) {
      int byTime = due.compareTo(other.due);
      return byTime != 0 ? byTime : Integer.compare(number, other.number);
    }
  }

  private final Instant end;
  private FaultRates rates;
  private final RandomGenerator stormRandom;
  private final PriorityQueue<Actor> actors = new PriorityQueue<>();
  private final FaultCounts counts = new FaultCounts();
  private final Ledger ledger;
  private Instant nextStorm;

  Timeline(FleetSettings settings, RunId run, List<DeviceModel> devices, Ledger ledger) {
    Tempo tempo = settings.tempo();
    this.end = tempo.end();
    this.rates = settings.faults();
    this.ledger = ledger;
    this.stormRandom = Roster.randomOf(tempo.seed(), "storms");
    for (int number = 0; number < devices.size(); number++) {
      DeviceModel model = devices.get(number);
      RandomGenerator random = Roster.randomOf(tempo.seed(), model.id().value() + "/mishaps");
      Mishaps mishaps = new Mishaps(number, run, () -> rates, tempo.start(), random, counts);
      actors.add(new Actor(number, model, mishaps, random, tempo.start()));
    }
    this.nextStorm = stormAfter(tempo.start());
  }

  FaultCounts faults() {
    return counts;
  }

  /// Other faults from now on. Clocks that are wrong stay so, and no others become wrong.
  void change(FaultRates other, Instant now) {
    rates = other;
    nextStorm = stormAfter(now);
  }

  /// Null when the run is over.
  @Nullable Happening next() {
    Actor actor = actors.peek();
    if (actor == null || !actor.due.isBefore(end)) {
      return null;
    }
    if (nextStorm.isBefore(actor.due)) {
      Instant at = nextStorm;
      nextStorm = stormAfter(at);
      counts.storms++;
      return new Happening.Storm(at);
    }
    actors.remove();
    Happening happening = act(actor);
    actors.add(actor);
    return happening;
  }

  private Happening act(Actor actor) {
    Instant now = actor.due;
    Duration passed = Duration.between(actor.last, now);
    actor.last = now;
    if (!actor.silenced && actor.mishaps.fallsSilent(passed)) {
      actor.silenced = true;
      actor.due = now.plus(actor.mishaps.silence());
      return new Happening.Silence(now, actor.number);
    }
    actor.silenced = false;
    Step step = actor.model.next(actor.mishaps.clock(now));
    actor.due = now.plus(pause(actor, step));
    for (Message message : step.messages()) {
      ledger.expect(actor.number, message.sequence(), message.fate());
    }
    return new Happening.Speech(now, actor.number, actor.mishaps.pass(step.messages()));
  }

  /// The first pause is cut short at random, so that devices of one interval do not speak in step.
  private static Duration pause(Actor actor, Step step) {
    if (actor.spoke) {
      return step.pause();
    }
    actor.spoke = true;
    return Duration.ofMillis(1 + actor.random.nextLong(step.pause().toMillis()));
  }

  private Instant stormAfter(Instant time) {
    if (rates.storms() == 0) {
      return Instant.MAX;
    }
    double hours = -Math.log1p(-stormRandom.nextDouble()) / rates.storms();
    return time.plusMillis(Math.round(3_600_000 * hours));
  }

  /// What is still held back when the run ends.
  List<Parcel> leftOver() {
    List<Parcel> left = new ArrayList<>();
    actors.stream().sorted().forEach(actor -> left.addAll(actor.mishaps.release()));
    return left;
  }
}
