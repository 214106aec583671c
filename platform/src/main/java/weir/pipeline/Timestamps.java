package weir.pipeline;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.OptionalLong;

/// Reads and writes times as microseconds since the epoch.
///
/// Read are `2026-02-27T15:00:00.123456Z`, with an offset such as `+02:00` or without any,
/// with a space for the `T`, with or without seconds and fraction, a date alone, and epoch
/// seconds or milliseconds. A time without an offset is read in the zone given: one that is
/// skipped in spring is moved forward by the gap, one that comes twice in autumn is the
/// earlier. Digits below the microsecond are dropped.
final class Timestamps {

  private static final double MILLIS_FROM = 1e11;
  private static final double NUMBER_MAX = 1e16;
  private static final long DAY_SECONDS = 86_400;
  private static final int TEXT_BYTES = 27;

  private Timestamps() {}

  static long micros(Instant time) {
    return time.getEpochSecond() * 1_000_000L + time.getNano() / 1_000;
  }

  static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
  }

  /// Epoch seconds, or milliseconds when the number is too great for seconds.
  static OptionalLong parse(double number) {
    if (!(Math.abs(number) < NUMBER_MAX)) {
      return OptionalLong.empty();
    }
    double micros = Math.abs(number) >= MILLIS_FROM ? number * 1e3 : number * 1e6;
    return OptionalLong.of(Math.round(micros));
  }

  static OptionalLong parse(String text, ZoneId zone) {
    int length = text.length();
    if (length < 10 || text.charAt(4) != '-' || text.charAt(7) != '-') {
      return Numbers.parse(text).isPresent()
          ? parse(Numbers.parse(text).getAsDouble())
          : OptionalLong.empty();
    }
    int year = digits(text, 0, 4);
    int month = digits(text, 5, 2);
    int day = digits(text, 8, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31) {
      return OptionalLong.empty();
    }
    return new Clockwork(text, zone).read(year, month, day);
  }

  /// Two or four digits as a number, -1 when they are not digits.
  private static int digits(String text, int at, int count) {
    if (at + count > text.length()) {
      return -1;
    }
    int number = 0;
    for (int i = at; i < at + count; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  /// What follows the date: time of day, fraction and offset.
  private static final class Clockwork {

    private static final int NO_OFFSET = Integer.MIN_VALUE;
    private static final int WRONG = Integer.MAX_VALUE;

    private final String text;
    private final ZoneId zone;
    private int at = 10;

    Clockwork(String text, ZoneId zone) {
      this.text = text;
      this.zone = zone;
    }

    OptionalLong read(int year, int month, int day) {
      int secondOfDay = 0;
      int microOfSecond = 0;
      if (at < text.length()) {
        char separator = text.charAt(at++);
        secondOfDay = separator == 'T' || separator == ' ' || separator == 't' ? timeOfDay() : -1;
        microOfSecond = secondOfDay < 0 ? -1 : fraction();
      }
      int offset = microOfSecond < 0 ? WRONG : offset();
      if (offset == WRONG) {
        return OptionalLong.empty();
      }
      try {
        LocalDate date = LocalDate.of(year, month, day);
        return OptionalLong.of(seconds(date, secondOfDay, offset) * 1_000_000L + microOfSecond);
      } catch (DateTimeException noSuchDay) {
        return OptionalLong.empty();
      }
    }

    private int timeOfDay() {
      int hour = digits(text, at, 2);
      int minute = digits(text, at + 3, 2);
      if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || text.charAt(at + 2) != ':') {
        return -1;
      }
      at += 5;
      int second = 0;
      if (at < text.length() && text.charAt(at) == ':') {
        second = digits(text, at + 1, 2);
        at += 3;
      }
      // RFC 3339 allows a leap second; it is taken as the last second of its minute.
      return second < 0 || second > 60 ? -1 : hour * 3600 + minute * 60 + Math.min(second, 59);
    }

    private int fraction() {
      if (at >= text.length() || (text.charAt(at) != '.' && text.charAt(at) != ',')) {
        return 0;
      }
      int start = ++at;
      int micros = 0;
      int scale = 100_000;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        micros += (text.charAt(at) - '0') * scale;
        scale /= 10;
        at++;
      }
      return at == start ? -1 : micros;
    }

    /// Seconds east of UTC, or that there is none, or that it is wrong.
    private int offset() {
      if (at == text.length()) {
        return NO_OFFSET;
      }
      char sign = text.charAt(at++);
      if (sign == 'Z' || sign == 'z') {
        return at == text.length() ? 0 : WRONG;
      }
      int hours = digits(text, at, 2);
      boolean colon = at + 2 < text.length() && text.charAt(at + 2) == ':';
      int minuteAt = at + (colon ? 3 : 2);
      int minutes = minuteAt == text.length() && !colon ? 0 : digits(text, minuteAt, 2);
      int end = minuteAt == text.length() ? minuteAt : minuteAt + 2;
      boolean wrong = hours < 0 || hours > 18 || minutes < 0 || minutes > 59;
      if (wrong || end != text.length() || (sign != '+' && sign != '-')) {
        return WRONG;
      }
      int seconds = hours * 3600 + minutes * 60;
      return sign == '-' ? -seconds : seconds;
    }

    private long seconds(LocalDate date, int secondOfDay, int offset) {
      if (offset != NO_OFFSET) {
        return date.toEpochDay() * DAY_SECONDS + secondOfDay - offset;
      }
      if (zone.equals(ZoneOffset.UTC)) {
        return date.toEpochDay() * DAY_SECONDS + secondOfDay;
      }
      LocalDateTime local = date.atStartOfDay().plusSeconds(secondOfDay);
      return local.atZone(zone).toEpochSecond();
    }
  }

  /// Writes `2026-02-27T15:00:00.123456Z` in 27 bytes of ASCII.
  static void write(long micros, JsonBytes out) {
    long second = Math.floorDiv(micros, 1_000_000L);
    int fraction = (int) Math.floorMod(micros, 1_000_000L);
    int secondOfDay = (int) Math.floorMod(second, DAY_SECONDS);
    LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(second, DAY_SECONDS));
    byte[] bytes = out.room(TEXT_BYTES);
    int at = out.advance(TEXT_BYTES);
    digits(bytes, at, date.getYear(), 4);
    bytes[at + 4] = '-';
    digits(bytes, at + 5, date.getMonthValue(), 2);
    bytes[at + 7] = '-';
    digits(bytes, at + 8, date.getDayOfMonth(), 2);
    bytes[at + 10] = 'T';
    digits(bytes, at + 11, secondOfDay / 3600, 2);
    bytes[at + 13] = ':';
    digits(bytes, at + 14, secondOfDay / 60 % 60, 2);
    bytes[at + 16] = ':';
    digits(bytes, at + 17, secondOfDay % 60, 2);
    bytes[at + 19] = '.';
    digits(bytes, at + 20, fraction, 6);
    bytes[at + 26] = 'Z';
  }

  private static void digits(byte[] bytes, int at, int number, int count) {
    int rest = number;
    for (int i = at + count - 1; i >= at; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }
}
