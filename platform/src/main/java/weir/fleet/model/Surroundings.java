package weir.fleet.model;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.SplittableRandom;

/// What all devices of a place share: its weather and the frequency of its grid. Functions of time
/// and of the seed alone, so any device may ask in any order.
///
/// The weather has seasons, a day that is warmest at three in the afternoon, and fronts that pass
/// in days; the frequency swings in seconds to minutes.
public final class Surroundings {

  private static final double DAY_SECONDS = 86_400;
  private static final double[] FRONT_DAYS = {2.7, 4.3, 7.9};
  private static final double[] SWING_SECONDS = {17, 71, 313, 1_847};

  private final ZoneId zone;
  private final double[] phases;

  public Surroundings(long seed, ZoneId zone) {
    this.zone = zone;
    this.phases = new SplittableRandom(seed).doubles(8, 0, 2 * Math.PI).toArray();
  }

  public ZoneId zone() {
    return zone;
  }

  /// Outdoors, in degrees Celsius.
  double celsius(Instant time) {
    LocalDateTime local = LocalDateTime.ofInstant(time, zone);
    double year = 2 * Math.PI * (local.getDayOfYear() - 20) / 365.25;
    double day = 2 * Math.PI * (local.toLocalTime().toSecondOfDay() / DAY_SECONDS - 15 / 24.0);
    return 14 - 8 * Math.cos(year) + 5 * Math.cos(day) + 3 * front(time);
  }

  /// Outdoors, in percent; it falls when the day warms up.
  double humidity(Instant time) {
    LocalDateTime local = LocalDateTime.ofInstant(time, zone);
    double day = 2 * Math.PI * (local.toLocalTime().toSecondOfDay() / DAY_SECONDS - 15 / 24.0);
    return Math.clamp(62 - 13 * Math.cos(day) - 9 * front(time), 20, 98);
  }

  /// In hectopascal at sea level.
  double pressure(Instant time) {
    return 1_013 + 9 * front(time);
  }

  /// In hertz, within 59.8 to 60.2.
  double frequency(Instant time) {
    double seconds = time.toEpochMilli() / 1_000.0;
    double sum = 0;
    for (int i = 0; i < SWING_SECONDS.length; i++) {
      sum += Math.sin(2 * Math.PI * seconds / SWING_SECONDS[i] + phases[i]);
    }
    return 60 + 0.05 * sum;
  }

  private double front(Instant time) {
    double days = time.getEpochSecond() / DAY_SECONDS;
    double sum = 0;
    for (int i = 0; i < FRONT_DAYS.length; i++) {
      sum += Math.sin(2 * Math.PI * days / FRONT_DAYS[i] + phases[SWING_SECONDS.length + i]);
    }
    return sum / FRONT_DAYS.length;
  }
}
