package weir.view.live;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TalkersTest {

  private static final long SECOND = 1_000;

  private final Talkers talkers = new Talkers(0);

  @Test
  void tellsTheRateOfTheLastMinuteHoweverLongNobodyAsked() {
    for (long second = 0; second < 3_600; second++) {
      talkers.count(second < 3_000 ? "early" : "late", 10, second * SECOND);
    }

    assertThat(talkers.top(5, 3_600 * SECOND))
        .singleElement()
        .satisfies(
            talker -> {
              assertThat(talker.name()).isEqualTo("late");
              assertThat(talker.rate()).isBetween(9.0, 11.0);
            });
  }

  @Test
  void forgetsWhoFellSilent() {
    talkers.count("early", 600, 0);

    assertThat(talkers.top(5, 50 * SECOND)).hasSize(1);
    assertThat(talkers.top(5, 600 * SECOND)).isEmpty();
  }
}
