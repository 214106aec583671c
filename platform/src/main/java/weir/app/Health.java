package weir.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/// How every part is, asked afresh each time. Safe for use by many threads.
final class Health {

  /// One part's state.
  ///
  /// @param error what is wrong; empty when it is well
  record Part(String name, String error) {
    boolean well() {
      return error.isEmpty();
    }
  }

  private record Check(String name, Supplier<Optional<String>> error) {}

  private final List<Check> checks = new CopyOnWriteArrayList<>();
  private volatile boolean started;

  /// Adds a part; the check answers with what is wrong, if anything.
  void watch(String name, Supplier<Optional<String>> error) {
    checks.add(new Check(name, error));
  }

  void started() {
    started = true;
  }

  List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    if (!started) {
      parts.add(new Part("start", "still starting"));
    }
    for (Check check : checks) {
      parts.add(new Part(check.name(), check.error().get().orElse("")));
    }
    return parts;
  }
}
