package weir.device;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A registered device.
///
/// @param type the name of its [DeviceType]
/// @param owner the identifier of its [Owner], when it has one
/// @param enabled a disabled device may not connect; what it sends is not accepted
/// @param basePower what it draws, in kilowatts, when that is known
/// @param baseVoltage at which voltage, in volts
/// @param metadata anything else that is known of it, as JSON values
/// @param version counts the changes from 1; the entity tag of the REST interface
public record Device(
    DeviceId id,
    String type,
    String name,
    @Nullable String model,
    @Nullable String location,
    @Nullable String description,
    @Nullable String owner,
    boolean enabled,
    @Nullable String firmwareVersion,
    @Nullable Double basePower,
    @Nullable Double baseVoltage,
    Map<String, Object> metadata,
    Instant createdAt,
    Instant updatedAt,
    long version) {

  public Device {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /// The same with other marks of its history.
  Device at(Instant created, Instant updated, long number) {
    return new Device(
        id,
        type,
        name,
        model,
        location,
        description,
        owner,
        enabled,
        firmwareVersion,
        basePower,
        baseVoltage,
        metadata,
        created,
        updated,
        number);
  }
}
