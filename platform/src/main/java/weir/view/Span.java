package weir.view;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// The time range of a request: `from` up to but not including `to`. Without `to` it ends now,
/// without `from` it is a day long.
record Span(Instant from, Instant to) {

  private static final Duration USUAL = Duration.ofDays(1);

  static Span read(QueryForm form, InstantSource clock) {
    Instant from = TimeForm.time(form, "from");
    Instant to = TimeForm.time(form, "to");
    Instant end = to == null ? clock.instant() : to;
    Instant start = from == null ? end.minus(USUAL) : from;
    if (start.isAfter(end)) {
      form.wrong("from", "must not be after to");
      return new Span(end, end);
    }
    return new Span(start, end);
  }
}
