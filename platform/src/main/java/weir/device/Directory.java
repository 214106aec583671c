package weir.device;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who is who, for those that look it up per message. Safe for use by many threads; answers from
/// memory, and from the database when a device was not asked for lately.
///
/// A change in the registry of this process is seen by the next call. When the database cannot be
/// asked, any method may throw [DirectoryException]: nothing was decided, ask again later.
public interface Directory {

  Optional<Device> device(DeviceId id);

  Optional<DeviceType> type(String name);

  /// The parameter for one component: the one for its number, else the one for its type.
  Optional<DecodingParameter> parameter(
      DeviceId device, String mode, String componentType, @Nullable String componentId);

  /// Registers a device that spoke for the first time, under its id as name, and returns it; a
  /// device that is known already is returned as it is. Durable when this returns.
  default Device firstContact(DeviceId id, String type, @Nullable String model) {
    return Objects.requireNonNull(
        firstContacts(List.of(new FirstContact(id, type, model))).get(id));
  }

  /// As [#firstContact] for many devices in one transaction, hence at the cost of one.
  Map<DeviceId, Device> firstContacts(Collection<FirstContact> contacts);

  /// Registers a type that a device named, with nothing known of it but its name; a type that is
  /// known already is returned as it is. Durable when this returns.
  DeviceType registerType(String name);

  /// Reads devices into memory with few queries, so that the look-ups that follow are fast.
  void prefetch(Collection<DeviceId> ids);

  /// Changes with every write to device types and decoding parameters. Whoever keeps something
  /// that was made from them drops it when this number is another one.
  long generation();
}
