package weir.series;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// Types that are kept equally long share tables or partitions, because those are removed whole. A
/// class is a number of days; longer than a century is for ever.
///
/// @param days [#FOR_EVER], or at least 1
public record RetentionClass(int days) implements Comparable<RetentionClass> {

  /// Kept without end.
  public static final int FOR_EVER = 0;
  private static final int DAYS_MAX = 36_500;
  private static final String FOR_EVER_SUFFIX = "ever";

  public static RetentionClass of(Duration keep) {
    long days = keep.plusDays(1).minusNanos(1).toDays();
    return days > DAYS_MAX
        ? new RetentionClass(FOR_EVER)
        : new RetentionClass((int) Math.max(1, days));
  }

  /// The class whose tables end with this text.
  public static Optional<RetentionClass> parse(String suffix) {
    if (suffix.equals(FOR_EVER_SUFFIX)) {
      return Optional.of(new RetentionClass(FOR_EVER));
    }
    if (!suffix.matches("[1-9][0-9]{0,4}d")) {
      return Optional.empty();
    }
    return Optional.of(
        new RetentionClass(Integer.parseInt(suffix.substring(0, suffix.length() - 1))));
  }

  /// The start of the oldest day that is kept, in UTC.
  public Instant boundary(Instant now) {
    return days == FOR_EVER
        ? Instant.MIN
        : now.truncatedTo(ChronoUnit.DAYS).minus(days, ChronoUnit.DAYS);
  }

  public boolean isPast(Instant time, Instant now) {
    return time.isBefore(boundary(now));
  }

  public String suffix() {
    return days == FOR_EVER ? FOR_EVER_SUFFIX : days + "d";
  }

  public String events() {
    return "events_" + suffix();
  }

  public String readings() {
    return "readings_" + suffix();
  }

  public String texts() {
    return "texts_" + suffix();
  }

  @Override
  public int compareTo(RetentionClass other) {
    return Integer.compare(days, other.days);
  }
}
