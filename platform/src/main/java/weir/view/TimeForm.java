package weir.view;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Times and steps as they are written in query parameters.
final class TimeForm {

  private static final Pattern MILLIS = Pattern.compile("[0-9]{1,15}");
  private static final Pattern STEP = Pattern.compile("([1-9][0-9]{0,6})([smhd])");
  private static final String TIME_RULE =
      "must be a time such as 2026-02-27T15:00:00Z, or milliseconds since 1970";
  private static final String STEP_RULE = "must be a step such as 30s, 5m, 1h, 1d or PT15M";
  private static final Duration STEP_MAX = Duration.ofDays(366);

  private TimeForm() {}

  /// A time, or null when there is none or it is wrong, which the form notes.
  static @Nullable Instant time(QueryForm form, String name) {
    String text = form.text(name);
    if (text == null) {
      return null;
    }
    Optional<Instant> time = time(text);
    if (time.isEmpty()) {
      form.wrong(name, TIME_RULE);
    }
    return time.orElse(null);
  }

  /// RFC 3339 with a zone, or milliseconds since the epoch. A plus sign that was not escaped in
  /// the URL arrives as a space.
  private static Optional<Instant> time(String text) {
    if (MILLIS.matcher(text).matches()) {
      return Optional.of(Instant.ofEpochMilli(Long.parseLong(text)));
    }
    try {
      Instant time = OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
      boolean sensible =
          time.isAfter(Instant.EPOCH) && time.isBefore(Instant.ofEpochMilli(1L << 47));
      return sensible ? Optional.of(time) : Optional.empty();
    } catch (DateTimeException notATime) {
      return Optional.empty();
    }
  }

  /// A step of whole seconds up to [#STEP_MAX], or null when there is none or it is wrong.
  static @Nullable Duration step(QueryForm form, String name) {
    String text = form.text(name);
    if (text == null) {
      return null;
    }
    Optional<Duration> step =
        step(text)
            .filter(duration -> duration.equals(Duration.ofSeconds(duration.toSeconds())))
            .filter(duration -> duration.isPositive() && duration.compareTo(STEP_MAX) <= 0);
    if (step.isEmpty()) {
      form.wrong(name, STEP_RULE);
    }
    return step.orElse(null);
  }

  private static Optional<Duration> step(String text) {
    Matcher step = STEP.matcher(text);
    if (step.matches()) {
      long count = Long.parseLong(step.group(1));
      return Optional.of(
          switch (step.group(2)) {
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
          });
    }
    try {
      return Optional.of(Duration.parse(text));
    } catch (DateTimeException notADuration) {
      return Optional.empty();
    }
  }
}
