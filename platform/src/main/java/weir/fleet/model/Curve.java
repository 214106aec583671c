package weir.fleet.model;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/// How busy a place is over the day and the week, from 0 (nothing) to 1 (all it has). Hourly
/// values, straight lines between them; the first row is a working day, the second a day of the
/// weekend.
enum Curve {
  OFFICE(
      "12 11 10 10 12 18 35 62 85 93 95 94 88 92 96 95 90 74 52 36 26 20 16 14",
      "12 11 10 10 10 11 12 14 18 22 25 26 26 25 24 23 21 19 17 16 15 14 13 12"),
  HOUSEHOLD(
      "22 18 16 15 16 24 48 66 58 42 36 36 42 38 35 38 48 68 88 97 92 76 52 33",
      "28 22 18 16 16 18 26 40 58 70 72 74 78 70 60 58 62 74 88 94 88 76 58 40"),
  INDUSTRY(
      "42 40 40 42 50 72 92 96 97 98 96 90 86 95 98 97 94 90 84 78 70 62 54 47",
      "38 36 35 35 36 40 46 50 52 53 52 50 48 48 48 47 45 44 42 41 40 39 38 38"),
  LIGHTING(
      "30 28 28 30 38 55 78 72 55 48 46 46 48 48 50 56 70 90 97 95 84 66 48 36",
      "30 28 28 28 30 34 36 30 24 22 22 22 22 22 24 32 48 66 76 76 68 56 44 34"),
  EVENING(
      "10 05 03 02 02 04 12 18 14 10 10 12 16 14 12 16 26 46 70 90 95 86 54 24",
      "18 10 05 03 02 03 06 14 26 32 32 34 38 40 42 44 48 58 76 92 96 90 66 36"),
  STEADY(
      "72 70 69 69 70 71 74 79 86 92 94 94 92 93 95 94 92 88 85 83 82 80 77 74",
      "70 69 68 68 68 68 69 70 72 74 75 76 76 76 77 77 77 78 79 79 78 76 74 72");

  private final String workday;
  private final String weekend;

  /// @param workday 24 values in percent, each of two digits
  Curve(String workday, String weekend) {
    this.workday = workday;
    this.weekend = weekend;
  }

  double at(Instant time, ZoneId zone) {
    ZonedDateTime local = time.atZone(zone);
    DayOfWeek day = local.getDayOfWeek();
    int hour = local.getHour();
    double from = of(day, hour);
    double to = hour == 23 ? of(day.plus(1), 0) : of(day, hour + 1);
    double part = (local.getMinute() * 60 + local.getSecond()) / 3_600.0;
    return from + (to - from) * part;
  }

  private double of(DayOfWeek day, int hour) {
    String row = day.getValue() >= DayOfWeek.SATURDAY.getValue() ? weekend : workday;
    return Integer.parseInt(row, 3 * hour, 3 * hour + 2, 10) / 100.0;
  }
}
