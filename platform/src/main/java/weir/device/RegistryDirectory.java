package weir.device;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/// The directory over the registry of this process.
final class RegistryDirectory implements Directory {

  private final DirectoryCache cache;
  private final Devices devices;
  private final DeviceTypes types;

  RegistryDirectory(DirectoryCache cache, Devices devices, DeviceTypes types) {
    this.cache = cache;
    this.devices = devices;
    this.types = types;
  }

  @Override
  public Optional<Device> device(DeviceId id) {
    return asked(() -> cache.device(id));
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
    return asked(() -> devices.register(contacts));
  }

  @Override
  public DeviceType registerType(String name) {
    return asked(() -> types.register(name));
  }

  @Override
  public void prefetch(Collection<DeviceId> ids) {
    asked(
        () -> {
          cache.prefetch(ids);
          return ids;
        });
  }

  @Override
  public long generation() {
    return cache.generation();
  }

  private static <T> T asked(Supplier<T> question) {
    try {
      return question.get();
    } catch (JdbiException e) {
      throw new DirectoryException("the registry's database cannot be asked", e);
    }
  }
}
