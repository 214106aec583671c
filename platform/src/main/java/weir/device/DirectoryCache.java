package weir.device;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import weir.device.CredentialTable.Hashed;

/// What of the registry is in memory: devices and credentials that were asked for lately, absent
/// ones included, and all types and parameters. Written in the order of the commits, read by any
/// thread.
final class DirectoryCache {

  private final Database database;
  private final Cache<DeviceId, Optional<Device>> devices;
  private final Cache<DeviceId, List<Hashed>> credentials;
  private final Map<String, DeviceType> types = new ConcurrentHashMap<>();
  private final Map<Component, DecodingParameter> parameters = new ConcurrentHashMap<>();
  private final AtomicLong generation = new AtomicLong();
  private final AtomicLong deviceEdits = new AtomicLong();
  private volatile Consumer<DeviceId> watcher = device -> {};

  /// A component; the device in lower case, for topics write controllers in either.
  private record Component(String device, String mode, String type, @Nullable String id) {
    static Component of(DeviceId device, String mode, String type, @Nullable String id) {
      return new Component(lower(device), mode, type, id);
    }

    static String lower(DeviceId device) {
      return device.value().toLowerCase(Locale.ROOT);
    }

    static Component of(DecodingParameter parameter) {
      return of(
          parameter.device(), parameter.mode(), parameter.componentType(), parameter.componentId());
    }
  }

  DirectoryCache(Database database, DeviceSettings settings) {
    this.database = database;
    devices = Caffeine.newBuilder().maximumSize(settings.devicesCachedMax()).build();
    credentials =
        Caffeine.newBuilder()
            .maximumSize(settings.devicesCachedMax())
            .expireAfterWrite(settings.credentialsCachedFor())
            .build();
    reload();
  }

  /// Everything that is in memory whole.
  private record Whole(List<DeviceType> types, List<DecodingParameter> parameters) {}

  /// Reads types and parameters again, in the order of the commits.
  void reload() {
    Whole _ =
        database.write(
            handle -> new Whole(DeviceTypeTable.all(handle), ParameterTable.all(handle)),
            this::replaceAll);
  }

  private void replaceAll(Whole now) {
    Set<String> names = new HashSet<>();
    for (DeviceType type : now.types) {
      types.put(type.name(), type);
      names.add(type.name());
    }
    Set<Component> components = new HashSet<>();
    for (DecodingParameter parameter : now.parameters) {
      parameters.put(Component.of(parameter), parameter);
      components.add(Component.of(parameter));
    }
    types.keySet().retainAll(names);
    parameters.keySet().retainAll(components);
    generation.incrementAndGet();
  }

  void forgetCredentials() {
    credentials.invalidateAll();
  }

  Optional<Device> device(DeviceId id) {
    return devices.get(id, key -> database.read(handle -> DeviceTable.find(handle, key)));
  }

  /// Loads what is not there yet. What is loaded while a device is being changed is not kept.
  void prefetch(Collection<DeviceId> ids) {
    List<DeviceId> missing = new ArrayList<>();
    for (DeviceId id : ids) {
      if (devices.getIfPresent(id) == null) {
        missing.add(id);
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    long editsBefore = deviceEdits.get();
    Map<DeviceId, Device> found = database.read(handle -> DeviceTable.find(handle, missing));
    for (DeviceId id : missing) {
      devices.asMap().putIfAbsent(id, Optional.ofNullable(found.get(id)));
    }
    if (deviceEdits.get() != editsBefore) {
      devices.invalidateAll(missing);
    }
  }

  /// Tells from now on of devices that may not be there as they are.
  void watch(Consumer<DeviceId> told) {
    watcher = told;
  }

  /// The device was deleted or disabled, or a credential of it was revoked.
  void barred(DeviceId device) {
    watcher.accept(device);
  }

  void added(Collection<Device> added) {
    for (Device device : added) {
      devices.put(device.id(), Optional.of(device));
    }
  }

  void changed(Collection<DeviceId> ids) {
    deviceEdits.incrementAndGet();
    devices.invalidateAll(ids);
    credentials.invalidateAll(ids);
  }

  void changedElsewhere(Collection<DeviceId> ids) {
    changed(ids);
    try {
      prefetch(ids);
      for (DeviceId id : ids) {
        if (!device(id).map(Device::enabled).orElse(false)) {
          barred(id);
        }
      }
    } catch (JdbiException e) {
      throw new DirectoryException("the registry's database cannot be asked", e);
    }
  }

  List<Hashed> credentials(DeviceId device) {
    return credentials.get(
        device, key -> database.read(handle -> CredentialTable.ofDevice(handle, key)));
  }

  void changedCredentials(DeviceId device) {
    credentials.invalidate(device);
  }

  Optional<DeviceType> type(String name) {
    return Optional.ofNullable(types.get(name));
  }

  void changed(DeviceType type) {
    types.put(type.name(), type);
    generation.incrementAndGet();
  }

  void removed(DeviceType type) {
    types.remove(type.name());
    generation.incrementAndGet();
  }

  Optional<DecodingParameter> parameter(
      DeviceId device, String mode, String type, @Nullable String id) {
    DecodingParameter specific = parameters.get(Component.of(device, mode, type, id));
    if (specific != null || id == null) {
      return Optional.ofNullable(specific);
    }
    return Optional.ofNullable(parameters.get(Component.of(device, mode, type, null)));
  }

  void changed(DecodingParameter parameter) {
    parameters.put(Component.of(parameter), parameter);
    generation.incrementAndGet();
  }

  void removed(DecodingParameter parameter) {
    parameters.remove(Component.of(parameter));
    generation.incrementAndGet();
  }

  void forgetParameters(DeviceId device) {
    if (parameters
        .keySet()
        .removeIf(component -> component.device().equals(Component.lower(device)))) {
      generation.incrementAndGet();
    }
  }

  long generation() {
    return generation.get();
  }
}
