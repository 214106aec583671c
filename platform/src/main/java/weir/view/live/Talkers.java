package weir.view.live;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Who spoke most in the last half minute to minute. Holds at most [#NAMES_MAX] names in
/// each half; names that come when it is full are not counted. Owned by one thread.
final class Talkers {

  static final int NAMES_MAX = 20_000;
  private static final long HALF_MILLIS = 30_000;

  /// One name and its messages per second.
  record Talker(String name, double rate) {}

  private Map<String, Double> current = new HashMap<>();
  private Map<String, Double> before = new HashMap<>();
  private long currentSince;
  private long beforeSince;

  Talkers(long nowMillis) {
    currentSince = nowMillis;
    beforeSince = nowMillis;
  }

  void count(String name, double weight, long nowMillis) {
    turn(nowMillis);
    if (current.size() < NAMES_MAX || current.containsKey(name)) {
      current.merge(name, weight, Double::sum);
    }
  }

  /// The names with the highest rates, highest first.
  List<Talker> top(int limit, long nowMillis) {
    turn(nowMillis);
    double seconds = Math.max(1, (nowMillis - beforeSince) / 1e3);
    Map<String, Double> sums = new HashMap<>(before);
    current.forEach((name, weight) -> sums.merge(name, weight, Double::sum));
    return sums.entrySet().stream()
        .map(entry -> new Talker(entry.getKey(), entry.getValue() / seconds))
        .sorted(Comparator.comparingDouble(Talker::rate).reversed().thenComparing(Talker::name))
        .limit(limit)
        .toList();
  }

  /// Begins another half; one that began long ago counts no more.
  private void turn(long nowMillis) {
    long age = nowMillis - currentSince;
    if (age < HALF_MILLIS) {
      return;
    }
    boolean over = age >= 2 * HALF_MILLIS;
    before = over ? new HashMap<>() : current;
    beforeSince = over ? nowMillis - HALF_MILLIS : currentSince;
    current = new HashMap<>();
    currentSince = nowMillis;
  }
}
