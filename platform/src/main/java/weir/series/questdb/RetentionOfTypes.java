package weir.series.questdb;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/// The classes of the types of one batch, each asked for once.
final class RetentionOfTypes {

  private final Function<String, Duration> retention;
  private final Map<String, RetentionClass> classes = new HashMap<>();

  RetentionOfTypes(Function<String, Duration> retention) {
    this.retention = retention;
  }

  RetentionClass of(String type) {
    return classes.computeIfAbsent(type, name -> RetentionClass.of(retention.apply(name)));
  }
}
