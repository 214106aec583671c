package weir.fleet.wire;

import java.util.concurrent.ThreadLocalRandom;

/// How long to wait before the next try: twice as long each time up to a limit, and of that a
/// random part, so that devices that failed together do not come back together.
final class Backoff {

  private static final long FIRST_MILLIS = 200;
  private static final long MOST_MILLIS = 10_000;

  private int failures;

  void succeeded() {
    failures = 0;
  }

  long failed() {
    long most = Math.min(MOST_MILLIS, FIRST_MILLIS << Math.min(failures, 10));
    failures++;
    return most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
  }
}
