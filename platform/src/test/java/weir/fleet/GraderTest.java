package weir.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import weir.fleet.model.Family;
import weir.fleet.model.Message.Fate;
import weir.fleet.wire.Parcel;

class GraderTest {

  private static final Instant START = Instant.parse("2026-03-02T06:00:00Z");
  private static final RunId RUN = new RunId(Tempo.live(1, START, Duration.ofMinutes(1)));

  private final Account account = new Account("breaker-001", Family.CLOUD);
  private final Evidence evidence = new Evidence(RUN, 1);

  private static Parcel parcel(long number, Parcel.Kind kind) {
    boolean malformed = kind == Parcel.Kind.MALFORMED;
    return new Parcel(
        0,
        number,
        kind,
        malformed ? RUN.ofMalformed(0, number) : RUN.of(0, number),
        "iot/breaker-001/raw",
        new byte[0]);
  }

  private void acknowledged(long... numbers) {
    for (long number : numbers) {
      account.sent(parcel(number, Parcel.Kind.MESSAGE));
      account.acknowledged(parcel(number, Parcel.Kind.MESSAGE));
    }
  }

  private void stored(long... numbers) {
    for (long number : numbers) {
      evidence.stored(RUN.of(0, number).value(), START.plusMillis(10 * number));
    }
  }

  private Grader grader() {
    return new Grader(List.of(account.page()), evidence);
  }

  private Grade.Line line() {
    return Grader.total(grader().families());
  }

  @Test
  void findsNoFaultWhereThereIsNone() {
    acknowledged(1, 2, 3);
    stored(1, 2, 3);

    assertThat(line().stored()).isEqualTo(3);
    assertThat(line().isFlawless()).isTrue();
    assertThat(grader().isWaiting()).isFalse();
  }

  @Test
  void callsLostWhatWasAcknowledgedAndIsNowhere() {
    acknowledged(1, 2, 3);
    stored(1, 3);

    assertThat(grader().isWaiting()).isTrue();
    assertThat(line().lost()).isEqualTo(1);
    Grader grader = grader();
    grader.families();
    assertThat(grader.examples())
        .containsExactly("breaker-001#2: acknowledged, but neither stored nor set aside");
  }

  @Test
  void blamesNobodyForWhatWasNotAcknowledged() {
    account.sent(parcel(1, Parcel.Kind.MESSAGE));
    account.refused(parcel(1, Parcel.Kind.MESSAGE));
    account.sent(parcel(2, Parcel.Kind.MESSAGE));
    stored(2);

    assertThat(line().isFlawless()).isTrue();
    assertThat(line().refused()).isEqualTo(1);
    assertThat(line().stored()).isZero();
  }

  @Test
  void passesNobodyWhoTookNothing() {
    account.sent(parcel(1, Parcel.Kind.MESSAGE));
    account.refused(parcel(1, Parcel.Kind.MESSAGE));
    assertThat(grade(true).passed()).isFalse();

    acknowledged(2);
    stored(2);
    assertThat(grade(true).passed()).isTrue();
  }

  @Test
  void knowsWithoutAskingThatNothingWasTaken() {
    account.sent(parcel(1, Parcel.Kind.MESSAGE));
    account.refused(parcel(1, Parcel.Kind.MESSAGE));
    assertThat(grade(false).tookNothing()).isTrue();
    assertThat(grade(false).toText()).contains("FAILED: nothing was taken");

    acknowledged(2);
    assertThat(grade(false).tookNothing()).isFalse();
    assertThat(grade(false).toText()).contains("NOT CHECKED");
  }

  private Grade grade(boolean checked) {
    Grade.Faults none = new Grade.Faults(0, 0, 0, 0, 0, 0, 0, 0);
    return new Grade(checked, grader().families(), line(), 0, 0, 1, none, List.of());
  }

  @Test
  void countsWhatIsStoredTwice() {
    acknowledged(1, 2);
    stored(1, 2, 2, 2);

    assertThat(line().duplicated()).isEqualTo(2);
  }

  @Test
  void countsWhatWasReceivedBeforeOneThatWasSentEarlier() {
    acknowledged(1, 2, 3);
    evidence.stored(RUN.of(0, 1).value(), START.plusMillis(10));
    evidence.stored(RUN.of(0, 2).value(), START.plusMillis(30));
    evidence.stored(RUN.of(0, 3).value(), START.plusMillis(20));

    assertThat(line().outOfOrder()).isEqualTo(1);
  }

  @Test
  void followsTheOrderInWhichMessagesWereSent() {
    acknowledged(2, 1);
    evidence.stored(RUN.of(0, 2).value(), START.plusMillis(10));
    evidence.stored(RUN.of(0, 1).value(), START.plusMillis(20));

    assertThat(line().outOfOrder()).isZero();
  }

  @Test
  void doesNotBlameTheOrderOfWhatThePlatformAskedForLater() {
    acknowledged(1, 2);
    account.postponed(parcel(1, Parcel.Kind.MESSAGE));
    evidence.stored(RUN.of(0, 1).value(), START.plusMillis(20));
    evidence.stored(RUN.of(0, 2).value(), START.plusMillis(10));

    assertThat(line().outOfOrder()).isZero();
  }

  @Test
  void countsADuplicateAsOneMessage() {
    acknowledged(1);
    account.sent(parcel(1, Parcel.Kind.DUPLICATE));
    account.acknowledged(parcel(1, Parcel.Kind.DUPLICATE));
    stored(1);

    assertThat(line().sent()).isEqualTo(1);
    assertThat(line().isFlawless()).isTrue();
  }

  @Test
  void expectsWhatNobodyCanReadAmongTheDeadLetters() {
    account.sent(parcel(1, Parcel.Kind.MALFORMED));
    account.acknowledged(parcel(1, Parcel.Kind.MALFORMED));
    assertThat(grader().isWaiting()).isTrue();
    assertThat(line().lost()).isEqualTo(1);

    evidence.aside(RUN.ofMalformed(0, 1).value());

    assertThat(grader().isWaiting()).isFalse();
    assertThat(line().isFlawless()).isTrue();
    assertThat(line().asideFound()).isEqualTo(1);
  }

  @Test
  void reportsASoundMessageAmongTheDeadLetters() {
    acknowledged(1);
    evidence.aside(RUN.of(0, 1).value());

    assertThat(line().lost()).isZero();
    assertThat(line().asideUnexpected()).isEqualTo(1);
    assertThat(line().isFlawless()).isFalse();
  }

  @Test
  void letsWhatNoParameterCoversWaitForIt() {
    account.expect(1, Fate.SET_ASIDE);
    acknowledged(1);

    assertThat(line().lost()).isZero();
    assertThat(line().waiting()).isEqualTo(1);
    assertThat(line().isFlawless()).isTrue();
  }

  @Test
  void reportsRubbishThatWasStored() {
    account.sent(parcel(1, Parcel.Kind.MALFORMED));
    account.acknowledged(parcel(1, Parcel.Kind.MALFORMED));
    evidence.stored(RUN.ofMalformed(0, 1).value(), START);

    assertThat(line().wronglyStored()).isEqualTo(1);
    assertThat(line().isFlawless()).isFalse();
  }

  @Test
  void ignoresEventsOfOthers() {
    evidence.stored("0198c2de-1111-7000-8000-000000000001", START);
    evidence.aside("somebody-elses");

    assertThat(line().isFlawless()).isTrue();
  }
}
