package weir.app.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Whether NTP keeps the clock of the machine right, as systemd says.
final class ClockSynchronization {

  private static final long SECONDS_MAX = 3;

  private ClockSynchronization() {}

  /// Empty when nobody here knows, as in a container.
  static Optional<Boolean> ofMachine() {
    try {
      Process question =
          new ProcessBuilder("timedatectl", "show", "--property=NTPSynchronized", "--value")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!question.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
        question.destroyForcibly();
        return Optional.empty();
      }
      return parse(question.inputReader(StandardCharsets.UTF_8).readLine());
    } catch (IOException notThere) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static Optional<Boolean> parse(@Nullable String answer) {
    return Optional.ofNullable(answer)
        .filter(word -> word.equals("yes") || word.equals("no"))
        .map("yes"::equals);
  }
}
