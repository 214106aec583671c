package weir.view;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/// How often one address may register within a minute. Remembers so many addresses at most; when
/// there are more, the others wait for the next minute. Safe for use by many threads.
final class RegistrationLimit {

  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int ADDRESSES_MAX = 10_000;

  private final int most;
  private final InstantSource clock;
  private final Map<String, Integer> counts = new HashMap<>();
  private Instant end = Instant.EPOCH;

  /// @param most 0 for no limit
  RegistrationLimit(int most, InstantSource clock) {
    this.most = most;
    this.clock = clock;
  }

  /// Counts a try; false when it is one too many.
  synchronized boolean take(String address) {
    Instant now = clock.instant();
    if (!now.isBefore(end)) {
      counts.clear();
      end = now.plus(WINDOW);
    }
    if (counts.size() >= ADDRESSES_MAX && !counts.containsKey(address)) {
      return most == 0;
    }
    return counts.merge(address, 1, Integer::sum) <= most || most == 0;
  }
}
