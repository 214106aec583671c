package weir.subscriber.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// How an endpoint is doing: the one place that decides how much is sent to it. Safe for use by
/// many threads.
///
///     closed ──5 failures in a row, or Retry-After──▶ open ──its time is over──▶ probing
///       ▲                                              ▲                          │
///       │                                              └────────failure───────────┤
///       └──────────────────────────success────────────────────────────────────────┘
///
/// While it is open nothing is sent but one event each time that the interval is over: 5 s, 30 s,
/// 2 min, 5 min, 15 min, 30 min, then hourly, give or take a fifth. After a success requests at
/// once go up by doubling from one; a failure halves them.
final class Health {

  private static final int FAILURES_UNTIL_OPEN = 5;
  private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
  private static final Duration[] STEPS = {
    Duration.ofSeconds(5),
    Duration.ofSeconds(30),
    Duration.ofMinutes(2),
    Duration.ofMinutes(5),
    Duration.ofMinutes(15),
    Duration.ofMinutes(30),
    Duration.ofHours(1)
  };

  /// When a lane is tried again that can only wait for what another one sent.
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final long NONE = -1;
  private static final double JITTER = 0.2;
  private static final long SLOW_MILLIS = 1_000;
  private static final double WEIGHT = 0.1;

  /// What is known of the endpoint, which decides how much of the worker it can take.
  enum Pace {
    /// It answers, and soon.
    FAST,
    /// Nothing is known yet.
    NEW,
    /// It fails, or takes long.
    SLOW;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /// What all endpoints of this pace can take together of something scarce.
    int share(int max) {
      return switch (this) {
        case FAST -> max;
        case NEW -> max / 2;
        case SLOW -> max * 3 / 10;
      };
    }
  }

  /// What is kept on the disk of an endpoint that fails.
  record Trouble(int failures, Instant firstFailure, Instant openUntil, int step) {

    Trouble {
      firstFailure = firstFailure.truncatedTo(ChronoUnit.MILLIS);
      openUntil = openUntil.truncatedTo(ChronoUnit.MILLIS);
    }

    boolean isOpen() {
      return openUntil.isAfter(Instant.EPOCH);
    }

    Trouble openUntil(Instant time) {
      return new Trouble(failures, firstFailure, time, step);
    }
  }

  private final RandomGenerator random;
  private @Nullable Trouble trouble;
  private @Nullable Trouble kept;
  private long probe = NONE;
  private boolean gone;
  private boolean proven;
  private double meanMillis;
  private int limit = 1;
  private int inFlight;
  private int late;
  private boolean othersWait;
  private int successes;

  Health(RandomGenerator random) {
    this.random = random;
  }

  /// Follows what is on the disk when somebody else wrote it: another worker found out more, or an
  /// owner said that the endpoint works again.
  synchronized void learn(@Nullable Trouble stored) {
    if (!Objects.equals(stored, kept)) {
      kept = stored;
      trouble = stored;
      notifyAll();
    }
  }

  /// This is on the disk now.
  synchronized void keep(@Nullable Trouble written) {
    kept = written;
  }

  /// On the disk it is left alone until then, for the probe that is made here.
  synchronized void reserve(Instant until) {
    kept = kept == null || !kept.isOpen() ? kept : kept.openUntil(until);
  }

  /// Whether nothing is sent now because it failed too often.
  synchronized boolean isOpen() {
    return trouble != null && trouble.isOpen();
  }

  /// Asks to serve a lane. Ready: yes, as the one probe when the endpoint is open.
  synchronized Next admit(long lane, Instant now) {
    if (gone) {
      return new Next.Held();
    }
    if (late > 0 && inFlight >= limit) {
      othersWait = true;
      return new Next.At(now.plus(PATIENCE));
    }
    if (!isOpen() || trouble == null) {
      return letOthersFirst() ? new Next.At(now.plus(PATIENCE)) : new Next.Ready();
    }
    if (now.isBefore(trouble.openUntil)) {
      return new Next.At(trouble.openUntil);
    }
    if (probe != NONE) {
      return new Next.At(now.plus(PATIENCE));
    }
    probe = lane;
    return new Next.Ready();
  }

  /// A lane that was just served asks again before those that were put off meanwhile, which would
  /// never get their turn with an endpoint that is always late.
  private boolean letOthersFirst() {
    boolean now = othersWait;
    othersWait = false;
    return now;
  }

  /// Whether this lane may go on sending.
  synchronized boolean admits(long lane) {
    return !gone && (!isOpen() || probe == lane);
  }

  /// A lane was served, whatever came of it.
  synchronized void left(long lane) {
    if (probe == lane) {
      probe = NONE;
    }
  }

  synchronized Pace pace() {
    if (isFailing() || late > 0 || meanMillis > SLOW_MILLIS) {
      return Pace.SLOW;
    }
    return proven ? Pace.FAST : Pace.NEW;
  }

  /// One failure of an endpoint that has answered before says little.
  private boolean isFailing() {
    return trouble != null && (trouble.failures > 1 || !proven);
  }

  /// Requests that can be sent at once now.
  synchronized int limit(int most) {
    return isOpen() ? 1 : Math.min(limit, most);
  }

  /// Waits until another request can be sent. Returns whether it can: not when that would have to
  /// wait for one that is late.
  synchronized boolean begin(int most) throws InterruptedException {
    while (inFlight >= limit(most)) {
      if (late > 0) {
        othersWait = true;
        return false;
      }
      wait();
    }
    inFlight++;
    return true;
  }

  synchronized void end() {
    inFlight--;
    notifyAll();
  }

  /// One of its requests is late.
  synchronized void late() {
    late++;
    notifyAll();
  }

  /// A request that was late has ended.
  synchronized void lateEnded() {
    late--;
  }

  /// Whether a request is late now.
  synchronized boolean isLate() {
    return late > 0;
  }

  /// The endpoint answered as it should, be it with a refusal of one event.
  ///
  /// @return whether it had failed before
  synchronized boolean succeeded(long millis, int most) {
    boolean recovered = trouble != null;
    took(millis);
    proven = true;
    trouble = null;
    successes++;
    if (successes >= limit && limit < most) {
      limit = Math.min(most, limit * 2);
      successes = 0;
    }
    notifyAll();
    return recovered;
  }

  private void took(long millis) {
    meanMillis = proven ? meanMillis + WEIGHT * (millis - meanMillis) : millis;
  }

  /// The endpoint failed. Returns when the lane may be tried again.
  synchronized Instant failed(long millis, Instant now, Duration retryAfter) {
    took(millis);
    Trouble before = trouble == null ? new Trouble(0, now, Instant.EPOCH, 0) : trouble;
    int failures = before.failures + 1;
    limit = Math.max(1, limit / 2);
    successes = 0;
    notifyAll();
    if (before.openUntil.isAfter(now)) {
      // The answer to something that was sent before it opened.
      Instant until = later(before.openUntil, now.plus(retryAfter));
      trouble = new Trouble(failures, before.firstFailure, until, before.step);
      return until;
    }
    if (failures < FAILURES_UNTIL_OPEN && retryAfter.isZero()) {
      trouble = new Trouble(failures, before.firstFailure, Instant.EPOCH, 0);
      return now.plus(jittered(FIRST_WAIT));
    }
    Duration wait = jittered(STEPS[before.step]);
    Instant until = later(now.plus(wait), now.plus(retryAfter));
    int step = Math.min(before.step + 1, STEPS.length - 1);
    trouble = new Trouble(failures, before.firstFailure, until, step);
    return until;
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private Duration jittered(Duration wait) {
    double factor = 1 + JITTER * (2 * random.nextDouble() - 1);
    return Duration.ofMillis(Math.round(wait.toMillis() * factor));
  }

  /// It wants nothing any more, which is not in the registry yet.
  synchronized void leave() {
    gone = true;
    notifyAll();
  }

  /// What the registry says of it counts again.
  synchronized void heed() {
    gone = false;
  }

  synchronized @Nullable Trouble trouble() {
    return trouble;
  }

  /// Forgets that it failed, because somebody says that it works again.
  synchronized void forgive() {
    trouble = null;
    gone = false;
    othersWait = false;
    probe = NONE;
  }
}
