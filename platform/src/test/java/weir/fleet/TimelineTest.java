package weir.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import weir.fleet.model.DeviceModel;
import weir.fleet.wire.Parcel;

class TimelineTest {

  private static final Instant MONDAY = Instant.parse("2026-03-02T06:00:00Z");
  private static final FleetSettings MIXED =
      new FleetSettings(
          Mix.demo(),
          Tempo.live(7, MONDAY, Duration.ofMinutes(30)),
          FaultRates.none(),
          new Target("127.0.0.1", 1883, URI.create("http://127.0.0.1"), Optional.empty(), Map.of()),
          ZoneId.of("UTC"),
          Duration.ofSeconds(5));

  /// A whole run without sockets.
  private static final class Run {
    final List<String> sent = new ArrayList<>();
    final List<Parcel> parcels = new ArrayList<>();
    final Ledger ledger;
    final Timeline timeline;
    int silences;
    int storms;

    Run(FleetSettings settings) {
      List<DeviceModel> devices = Roster.of(settings);
      this.ledger = new Ledger(devices);
      this.timeline = new Timeline(settings, new RunId(settings.tempo()), devices, ledger);
      Timeline.Happening next = timeline.next();
      while (next != null) {
        take(next);
        next = timeline.next();
      }
      timeline.leftOver().forEach(this::take);
    }

    private void take(Timeline.Happening happening) {
      switch (happening) {
        case Timeline.Happening.Speech speech -> speech.parcels().forEach(this::take);
        case Timeline.Happening.Silence _ -> silences++;
        case Timeline.Happening.Storm _ -> storms++;
      }
    }

    private void take(Parcel parcel) {
      ledger.sent(parcel);
      parcels.add(parcel);
      String text = new String(parcel.payload(), StandardCharsets.UTF_8);
      sent.add(parcel.path() + " " + parcel.id() + " " + text);
    }

    long of(Parcel.Kind kind) {
      return parcels.stream().filter(parcel -> parcel.kind() == kind).count();
    }
  }

  @Test
  void saysTheSameAgainUnderTheSameSeedAndStart() {
    FleetSettings rough = MIXED.with(FaultRates.rough());

    assertThat(new Run(rough).sent).isEqualTo(new Run(rough).sent).hasSizeGreaterThan(10_000);
  }

  @Test
  void saysSomethingElseUnderAnotherSeed() {
    FleetSettings other = MIXED.with(Tempo.live(8, MONDAY, Duration.ofMinutes(30)));

    assertThat(new Run(other).sent).isNotEqualTo(new Run(MIXED).sent);
  }

  @Test
  void aDeviceSaysTheSameWhoeverElseIsThere() {
    FleetSettings alone = MIXED.with(Mix.none().withBreakers(1));

    List<String> together =
        new Run(MIXED).sent.stream().filter(line -> line.startsWith("iot/breaker-001/")).toList();
    assertThat(new Run(alone).sent).isEqualTo(together);
  }

  @Test
  void numbersTheMessagesOfEachDeviceWithoutGaps() {
    Run run = new Run(MIXED);

    for (Account.Page page : run.ledger.pages()) {
      assertThat(page.sent().nextClearBit(1)).as(page.device()).isEqualTo(page.order().length + 1);
      assertThat(page.order()).as(page.device()).isSorted();
    }
  }

  @Test
  void givesEveryMessageAnIdOfItsOwnThatCanBeReadBack() {
    Run run = new Run(MIXED.with(FaultRates.rough()));
    RunId reader = new RunId(MIXED.tempo());
    Set<String> ids = new HashSet<>();

    for (Parcel parcel : run.parcels) {
      boolean malformed = parcel.kind() == Parcel.Kind.MALFORMED;
      assertThat(reader.read(parcel.id().value()))
          .contains(new RunId.Mark(parcel.device(), parcel.number(), malformed));
      if (parcel.kind() != Parcel.Kind.DUPLICATE) {
        assertThat(ids.add(parcel.id().value())).isTrue();
      }
    }
  }

  @Test
  void knowsNoIdOfAnotherRun() {
    RunId reader = new RunId(MIXED.tempo());
    RunId other = new RunId(Tempo.live(8, MONDAY, Duration.ofMinutes(1)));

    assertThat(reader.read(other.of(1, 1).value())).isEmpty();
    assertThat(reader.read("0198c2de-1111-7000-8000-000000000001")).isEmpty();
    assertThat(reader.read("not-an-id")).isEmpty();
  }

  @Test
  void injectsFaultsAtTheRateThatWasAskedFor() {
    FaultRates rates = new FaultRates(2, 0.05, 0.002, 0.002, 0.03, 0.5, Duration.ofMinutes(2), 10);
    FleetSettings hours = MIXED.with(rates).with(Tempo.live(7, MONDAY, Duration.ofHours(2)));
    Run run = new Run(hours);

    long messages = run.of(Parcel.Kind.MESSAGE);
    assertThat(run.of(Parcel.Kind.DUPLICATE) / (double) messages).isBetween(0.045, 0.055);
    assertThat(run.of(Parcel.Kind.MALFORMED) / (double) messages).isBetween(0.027, 0.033);
    double devices = hours.mix().devices();
    assertThat(run.silences / devices / 2).isBetween(1.5, 2.3);
    assertThat(run.storms).isBetween(10, 32);
    FaultCounts counts = run.timeline.faults();
    assertThat(counts.drifting / devices).isBetween(0.35, 0.65);
    assertThat(counts.duplicates).isEqualTo(run.of(Parcel.Kind.DUPLICATE));
    assertThat(counts.malformed).isEqualTo(run.of(Parcel.Kind.MALFORMED));
    assertThat(counts.lateBatches).isGreaterThan(50);
    assertThat(counts.shuffledBatches).isGreaterThan(50);
  }

  @Test
  void losesNothingOfWhatItHoldsBack() {
    FaultRates late = new FaultRates(0, 0, 0.05, 0, 0, 0, Duration.ZERO, 0);
    FaultRates shuffled = new FaultRates(0, 0, 0, 0.05, 0, 0, Duration.ZERO, 0);

    List<String> plain = new Run(MIXED).sent;
    assertThat(new Run(MIXED.with(late)).sent).containsExactlyInAnyOrderElementsOf(plain);
    assertThat(new Run(MIXED.with(shuffled)).sent).containsExactlyInAnyOrderElementsOf(plain);
    assertThat(new Run(MIXED.with(late)).ledger.pages())
        .allSatisfy(page -> assertThat(page.order()).isSorted());
    assertThat(new Run(MIXED.with(shuffled)).ledger.pages())
        .anySatisfy(page -> assertThat(isSorted(page.order())).isFalse());
  }

  private static boolean isSorted(int[] numbers) {
    for (int i = 1; i < numbers.length; i++) {
      if (numbers[i] < numbers[i - 1]) {
        return false;
      }
    }
    return true;
  }
}
