package weir.device;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The directory over the registry of this process.
final class RegistryDirectory implements Directory {

  private final DirectoryCache cache;
  private final Devices devices;

  RegistryDirectory(DirectoryCache cache, Devices devices) {
    this.cache = cache;
    this.devices = devices;
  }

  @Override
  public Optional<Device> device(DeviceId id) {
    return cache.device(id);
  }

  @Override
  public Optional<DeviceType> type(String name) {
    return cache.type(name);
  }

  @Override
  public Optional<DecodingParameter> parameter(
      DeviceId device, String mode, String componentType, @Nullable String componentId) {
    return cache.parameter(device, mode, componentType, componentId);
  }

  @Override
  public Map<DeviceId, Device> firstContacts(Collection<FirstContact> contacts) {
    return devices.register(contacts);
  }

  @Override
  public void prefetch(Collection<DeviceId> ids) {
    cache.prefetch(ids);
  }

  @Override
  public long generation() {
    return cache.generation();
  }
}
