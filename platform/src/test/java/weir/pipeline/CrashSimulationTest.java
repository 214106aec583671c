package weir.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs the pipeline and the retry relay in one thread and kills them at random moments,
/// between any append and its commit. Whatever happens, every event is there once and the
/// books are exact.
class CrashSimulationTest {

  private static final int MESSAGES = 250;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void losesAndRepeatsNothing(long seed) throws InterruptedException {
    simulate(seed);
  }

  @Test
  void losesAndRepeatsNothingUnderAFreshSeed() throws InterruptedException {
    simulate(System.nanoTime());
  }

  private static void simulate(long seed) throws InterruptedException {
    Random random = new Random(seed);
    try (SimulatedRoute route = new SimulatedRoute(random)) {
      while (route.sent() < MESSAGES) {
        step(route, random);
      }
      route.finish();
      assertThat(route.faults()).as("seed %d", seed).isEmpty();
    }
  }

  private static void step(SimulatedRoute route, Random random) throws InterruptedException {
    int choice = random.nextInt(100);
    if (choice < 30) {
      route.send(1 + random.nextInt(12));
    } else if (choice < 55) {
      route.work();
    } else if (choice < 70) {
      route.relay();
    } else if (choice < 82) {
      route.pass(Duration.ofMillis(random.nextInt(150)));
    } else if (choice < 86) {
      route.pass(Duration.ofSeconds(random.nextInt(40)));
    } else if (choice < 92) {
      route.crashWorker();
    } else if (choice < 97) {
      route.crashRelay();
    } else if (choice < 98) {
      route.learn();
    } else if (choice < 99) {
      route.failSomeAppends();
    } else {
      route.loseTheRegistryForAWhile();
    }
  }
}
