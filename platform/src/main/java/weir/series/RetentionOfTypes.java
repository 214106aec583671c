package weir.series;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/// The classes of the types of one batch, each asked for once.
public final class RetentionOfTypes {

  private final Function<String, Duration> retention;
  private final Map<String, RetentionClass> classes = new HashMap<>();

  public RetentionOfTypes(Function<String, Duration> retention) {
    this.retention = retention;
  }

  public RetentionClass of(String type) {
    return classes.computeIfAbsent(type, name -> RetentionClass.of(retention.apply(name)));
  }
}
