package weir.fleet.model;

import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;

/// What an appliance does of itself: the status it is in after some time has passed.
sealed interface Habits {

  String after(double seconds, Instant now);

  static Habits of(ApplianceType type, Surroundings surroundings, RandomGenerator random) {
    return switch (type) {
      case REFRIGERATOR -> new Refrigerator(random);
      case AIR_CONDITIONER -> new AirConditioner(surroundings, random);
      case TELEVISION -> Chosen.television(surroundings, random);
      case AIR_PURIFIER -> Chosen.purifier(surroundings, random);
      case WASHING_MACHINE -> Programmed.washing(surroundings, random);
      case OVEN -> Programmed.baking(surroundings, random);
    };
  }

  /// Cools between 3 and 6 °C, warms up through its walls in between, and defrosts for 20 minutes
  /// every ten hours.
  final class Refrigerator implements Habits {

    private static final double DEFROST_EVERY_SECONDS = 36_000;
    private static final double DEFROST_SECONDS = 1_200;
    private static final double ROOM_CELSIUS = 22;

    private final double leakPerSecond;
    private double celsius;
    private double sinceDefrost;
    private boolean cooling;

    Refrigerator(RandomGenerator random) {
      this.leakPerSecond = random.nextDouble(0.00006, 0.0001);
      this.celsius = random.nextDouble(3, 6);
      this.sinceDefrost = random.nextDouble(DEFROST_EVERY_SECONDS);
    }

    @Override
    public String after(double seconds, Instant now) {
      celsius += leakPerSecond * (ROOM_CELSIUS - celsius) * seconds;
      sinceDefrost += seconds;
      if (sinceDefrost > DEFROST_EVERY_SECONDS + DEFROST_SECONDS) {
        sinceDefrost = 0;
      }
      if (sinceDefrost > DEFROST_EVERY_SECONDS) {
        cooling = false;
        return "defrosting";
      }
      celsius -= cooling ? 0.0035 * seconds : 0;
      celsius = Math.clamp(celsius, 2.5, 9);
      cooling = cooling ? celsius > 3 : celsius > 6;
      return cooling ? "cooling" : "idle";
    }
  }

  /// Keeps an occupied room near 24 °C: cools when it is too warm, blows when it is nearly so.
  final class AirConditioner implements Habits {

    private final Surroundings surroundings;
    private final double occupation;
    private double room = 24;
    private boolean cooling;

    AirConditioner(Surroundings surroundings, RandomGenerator random) {
      this.surroundings = surroundings;
      this.occupation = random.nextDouble(0.3, 0.6);
    }

    @Override
    public String after(double seconds, Instant now) {
      double busy = Curve.HOUSEHOLD.at(now, surroundings.zone());
      double warmed = surroundings.celsius(now) + 8 + 4 * busy;
      double pull = cooling ? warmed - 14 : warmed;
      room = pull + (room - pull) * Math.exp(-seconds / 2_400);
      if (busy < occupation) {
        cooling = false;
        return "idle";
      }
      cooling = cooling ? room > 23 : room > 25;
      if (cooling) {
        return "cooling";
      }
      return room > 22 ? "fan_only" : "idle";
    }
  }

  /// A thing that people switch: on with the chance of the hour, kept for a while, and in one of
  /// two resting states otherwise.
  final class Chosen implements Habits {

    private final Curve curve;
    private final Surroundings surroundings;
    private final RandomGenerator random;
    private final String full;
    private final String half;
    private final String rest;
    private String status;
    private double secondsLeft;

    private Chosen(
        Curve curve,
        Surroundings surroundings,
        RandomGenerator random,
        String full,
        String half,
        String rest) {
      this.curve = curve;
      this.surroundings = surroundings;
      this.random = random;
      this.full = full;
      this.half = half;
      this.rest = rest;
      this.status = rest;
    }

    static Chosen television(Surroundings surroundings, RandomGenerator random) {
      return new Chosen(Curve.EVENING, surroundings, random, "on", "standby", "off");
    }

    static Chosen purifier(Surroundings surroundings, RandomGenerator random) {
      return new Chosen(Curve.HOUSEHOLD, surroundings, random, "high", "low", "off");
    }

    @Override
    public String after(double seconds, Instant now) {
      secondsLeft -= seconds;
      if (secondsLeft <= 0) {
        double busy = curve.at(now, surroundings.zone());
        boolean wanted = random.nextDouble() < busy;
        String unused = random.nextDouble() < 0.3 + 0.5 * busy ? half : rest;
        status = wanted ? full : unused;
        secondsLeft = random.nextDouble(1_200, 5_400);
      }
      return status;
    }
  }

  /// A thing that runs through a programme when it is started, more often in busy hours.
  final class Programmed implements Habits {

    private record Phase(String status, double seconds) {}

    private final Surroundings surroundings;
    private final RandomGenerator random;
    private final double startsAnHour;
    private final String rest;
    private final List<Phase> phases;
    private double elapsed = Double.MAX_VALUE;

    private Programmed(
        Surroundings surroundings,
        RandomGenerator random,
        double startsAnHour,
        String rest,
        List<Phase> phases) {
      this.surroundings = surroundings;
      this.random = random;
      this.startsAnHour = startsAnHour;
      this.rest = rest;
      this.phases = phases;
    }

    static Programmed washing(Surroundings surroundings, RandomGenerator random) {
      List<Phase> phases =
          List.of(
              new Phase("washing", 2_400), new Phase("rinsing", 1_200), new Phase("spinning", 720));
      return new Programmed(surroundings, random, 0.25, "idle", phases);
    }

    static Programmed baking(Surroundings surroundings, RandomGenerator random) {
      List<Phase> phases = List.of(new Phase("preheating", 600), new Phase("baking", 2_700));
      return new Programmed(surroundings, random, 0.35, "off", phases);
    }

    @Override
    public String after(double seconds, Instant now) {
      elapsed += seconds;
      double end = 0;
      for (Phase phase : phases) {
        end += phase.seconds;
        if (elapsed < end) {
          return phase.status;
        }
      }
      double busy = Curve.HOUSEHOLD.at(now, surroundings.zone());
      if (Chance.hourly(startsAnHour * busy * busy, seconds, random)) {
        elapsed = 0;
        return phases.getFirst().status;
      }
      return rest;
    }
  }
}
