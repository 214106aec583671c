package weir.subscriber.delivery;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/// What an answer means: who is to blame for what went wrong decides what is done about it.
sealed interface Verdict {

  /// How long a receiver can ask us to wait.
  Duration RETRY_AFTER_MAX = Duration.ofHours(1);

  String text();

  /// It has it.
  record Delivered() implements Verdict {
    @Override
    public String text() {
      return "delivered";
    }
  }

  /// This event is not wanted; others may be.
  record Refused() implements Verdict {
    @Override
    public String text() {
      return "refused";
    }
  }

  /// The endpoint does not work now, whatever is sent to it.
  ///
  /// @param retryAfter how long it asked us to wait; zero when it did not
  record Failed(Duration retryAfter) implements Verdict {
    @Override
    public String text() {
      return "failed";
    }
  }

  /// It wants nothing any more.
  record Gone() implements Verdict {
    @Override
    public String text() {
      return "gone";
    }
  }

  /// Judges a status. Redirects are failures: they are never followed.
  static Verdict of(int status, Optional<String> retryAfter, Instant now) {
    if (status >= 200 && status < 300) {
      return new Delivered();
    }
    return switch (status) {
      case 410 -> new Gone();
      case 400, 413, 415, 422 -> new Refused();
      case 429, 503 -> new Failed(retryAfter.map(text -> wait(text, now)).orElse(Duration.ZERO));
      default -> new Failed(Duration.ZERO);
    };
  }

  /// Reads `Retry-After`: seconds or a date (RFC 9110). Rubbish and the past ask for nothing.
  private static Duration wait(String text, Instant now) {
    Duration wait = Duration.ZERO;
    String stripped = text.strip();
    if (stripped.matches("[0-9]+")) {
      wait = stripped.length() > 9 ? RETRY_AFTER_MAX : Duration.ofSeconds(Long.parseLong(stripped));
    } else {
      try {
        Instant date =
            ZonedDateTime.parse(
                    stripped, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ENGLISH))
                .toInstant();
        wait = Duration.between(now, date);
      } catch (DateTimeException rubbish) {
        return Duration.ZERO;
      }
    }
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(RETRY_AFTER_MAX) < 0 ? wait : RETRY_AFTER_MAX;
  }
}
