package weir.device;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How long data is kept, as written: a number and a unit such as `30_days` or `1_year`, or
/// `unlimited`. A month has 30 days and a year 365.
public final class Retention {

  public static final Retention UNLIMITED = new Retention("unlimited", null);

  private static final Pattern FORM =
      Pattern.compile("([1-9][0-9]{0,5})_(second|minute|hour|day|week|month|year)s?");

  private final String text;
  private final @Nullable Duration duration;

  private Retention(String text, @Nullable Duration duration) {
    this.text = text;
    this.duration = duration;
  }

  /// Reads a policy; empty when the text is none.
  public static Optional<Retention> parse(String text) {
    if (text.equals(UNLIMITED.text)) {
      return Optional.of(UNLIMITED);
    }
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    Duration duration = unit(form.group(2)).multipliedBy(Long.parseLong(form.group(1)));
    return Optional.of(new Retention(text, duration));
  }

  private static Duration unit(String name) {
    return switch (name) {
      case "second" -> Duration.ofSeconds(1);
      case "minute" -> Duration.ofMinutes(1);
      case "hour" -> Duration.ofHours(1);
      case "day" -> Duration.ofDays(1);
      case "week" -> Duration.ofDays(7);
      case "month" -> Duration.ofDays(30);
      case "year" -> Duration.ofDays(365);
      default -> throw new IllegalArgumentException("unknown unit of time: " + name);
    };
  }

  /// How long, or empty when data is kept for ever.
  public Optional<Duration> duration() {
    return Optional.ofNullable(duration);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Retention retention && retention.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /// The policy as it was written.
  @Override
  public String toString() {
    return text;
  }
}
