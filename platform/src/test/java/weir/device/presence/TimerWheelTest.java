package weir.device.presence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimerWheelTest {

  private static final long START = 1_000_000_000_000L;

  @Test
  void handsOutEachTimerOnceInTheSecondAfterItIsDue() {
    TimerWheel<String> wheel = new TimerWheel<>(START);
    wheel.add("soon", START + 1_500);
    wheel.add("later", START + 3_000);
    List<String> due = new ArrayList<>();

    wheel.advance(START + 1_400, due::add);
    assertThat(due).isEmpty();
    wheel.advance(START + 2_000, due::add);
    assertThat(due).containsExactly("soon");
    wheel.advance(START + 10_000, due::add);
    assertThat(due).containsExactly("soon", "later");
  }

  @Test
  void watchesAHundredThousandAndLeavesNobodyOutAfterALongPause() {
    TimerWheel<Integer> wheel = new TimerWheel<>(START);
    for (int i = 0; i < 100_000; i++) {
      wheel.add(i, START + i * 100L);
    }
    List<Integer> due = new ArrayList<>();

    wheel.advance(START + 20_000_000, due::add);

    assertThat(due).hasSize(100_000).doesNotHaveDuplicates();
  }

  @Test
  void givesWhatIsDueMuchLaterBackOnceATurn() {
    TimerWheel<String> wheel = new TimerWheel<>(START);
    wheel.add("next week", START + 604_800_000L);
    List<String> due = new ArrayList<>();

    wheel.advance(START + 4_094_000, due::add);
    assertThat(due).isEmpty();
    wheel.advance(START + 4_096_000, due::add);
    assertThat(due).containsExactly("next week");
  }
}
