package weir.device.presence;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How often devices of a type report, read from its label such as `5_seconds` or `1_minute`.
final class Interval {

  private static final Pattern LABEL =
      Pattern.compile("([1-9][0-9]{0,5})_(second|minute|hour|day)s?");

  private Interval() {}

  static Optional<Duration> of(String label) {
    Matcher matcher = LABEL.matcher(label);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "second" -> Duration.ofSeconds(count);
          case "minute" -> Duration.ofMinutes(count);
          case "hour" -> Duration.ofHours(count);
          default -> Duration.ofDays(count);
        });
  }
}
