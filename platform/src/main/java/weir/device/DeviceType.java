package weir.device;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A kind of device: what it is, what it measures and how long its data is kept.
///
/// @param name the key, of `[A-Za-z0-9_-]{1,64}`; it becomes part of topic names
/// @param updateFrequency how often such a device reports, as a label such as `5_seconds`
/// @param measurements what it measures, by name, in the order they were declared
/// @param metadata anything else that is known of it, as JSON values
/// @param version counts the changes from 1
public record DeviceType(
    String name,
    String displayName,
    String description,
    String category,
    List<String> capabilities,
    String dataFormat,
    String updateFrequency,
    Retention retentionPolicy,
    Map<String, Measurement> measurements,
    List<String> models,
    List<Manufacturer> manufacturers,
    Map<String, Object> metadata,
    Instant createdAt,
    Instant updatedAt,
    long version) {

  /// The name of the controllers that speak F2, which have ids and commands of their own kind.
  public static final String F2_CONTROLLER = "f2_controller";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  public DeviceType {
    if (!isValidName(name)) {
      throw new IllegalArgumentException("device type must be [A-Za-z0-9_-]{1,64}");
    }
    capabilities = List.copyOf(capabilities);
    measurements = Collections.unmodifiableMap(new LinkedHashMap<>(measurements));
    models = List.copyOf(models);
    manufacturers = List.copyOf(manufacturers);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  public static boolean isValidName(String name) {
    return NAME.matcher(name).matches();
  }

  /// The field that a metric such as `voltage.phase_a` names; a measurement of one value has the
  /// field `value`, which a metric may leave out.
  public Optional<Field> field(String metric) {
    int dot = metric.indexOf('.');
    Measurement measurement = measurements.get(dot < 0 ? metric : metric.substring(0, dot));
    if (measurement == null) {
      return Optional.empty();
    }
    String field = dot < 0 ? Field.VALUE : metric.substring(dot + 1);
    return Optional.ofNullable(measurement.fields().get(field));
  }

  /// A group of fields that are measured together, such as the voltages of three phases.
  ///
  /// @param unit the unit of every field that names none; empty for counts and states
  public record Measurement(String unit, Map<String, Field> fields) {

    public Measurement {
      fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }
  }

  /// One measured value.
  ///
  /// @param unit empty for counts and states
  /// @param min smallest sensible value, when one is known
  /// @param max largest sensible value, when one is known
  public record Field(Kind kind, String unit, @Nullable Double min, @Nullable Double max) {

    /// The field of a measurement that has only one.
    public static final String VALUE = "value";

    /// What sort of value a field holds.
    public enum Kind {
      NUMBER,
      BOOLEAN,
      TEXT
    }

    /// Whether a value lies in the range; what has no bound is not bounded.
    public boolean admits(double value) {
      return (min == null || value >= min) && (max == null || value <= max);
    }
  }

  /// Who makes such devices, which models, and what their labels say.
  public record Manufacturer(String name, List<String> models, Map<String, String> specifications) {

    public Manufacturer {
      models = List.copyOf(models);
      specifications = Collections.unmodifiableMap(new LinkedHashMap<>(specifications));
    }
  }
}
