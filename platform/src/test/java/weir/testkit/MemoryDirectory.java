package weir.testkit;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import weir.device.DecodingParameter;
import weir.device.DecodingParameter.ByteOrder;
import weir.device.DecodingParameter.Encoding;
import weir.device.DecodingParameter.Signedness;
import weir.device.Device;
import weir.device.DeviceId;
import weir.device.DeviceType;
import weir.device.Directory;
import weir.device.DirectoryException;
import weir.device.FirstContact;
import weir.device.Retention;

/// A [Directory] in memory. A test can take it away ([#fail]) and bring it back ([#mend]).
public final class MemoryDirectory implements Directory {

  private final Map<DeviceId, Device> devices = new ConcurrentHashMap<>();
  private final Map<String, DeviceType> types = new ConcurrentHashMap<>();
  private final Map<String, DecodingParameter> parameters = new ConcurrentHashMap<>();
  private final AtomicLong generation = new AtomicLong();
  private volatile boolean away;
  private volatile String broken = "";

  /// From now on every question fails.
  public void fail() {
    away = true;
  }

  public void mend() {
    away = false;
  }

  /// Look-ups of devices whose name starts so end in an error that nobody expects; an empty
  /// text ends that.
  public void breakFor(String start) {
    broken = start;
  }

  private void check() {
    if (away) {
      throw new DirectoryException("away on command", new IllegalStateException());
    }
  }

  public MemoryDirectory type(DeviceType type) {
    types.put(type.name(), type);
    generation.incrementAndGet();
    return this;
  }

  public MemoryDirectory device(String id, String type) {
    return device(id, type, true);
  }

  public MemoryDirectory device(String id, String type, boolean enabled) {
    DeviceId device = new DeviceId(id);
    devices.put(device, device(device, type, null, enabled));
    return this;
  }

  private static Device device(DeviceId id, String type, @Nullable String model, boolean enabled) {
    return new Device(
        id,
        type,
        id.value(),
        model,
        null,
        null,
        null,
        enabled,
        null,
        null,
        null,
        Map.of(),
        Instant.EPOCH,
        Instant.EPOCH,
        1);
  }

  /// A parameter with the plain way of reading hexadecimal numbers.
  public MemoryDirectory parameter(
      String device,
      String mode,
      String type,
      @Nullable String componentId,
      Encoding encoding,
      String unit,
      double scale) {
    return parameter(
        new DecodingParameter(
            0,
            new DeviceId(device),
            mode,
            type,
            componentId,
            encoding,
            unit,
            scale,
            null,
            Signedness.UNSIGNED,
            ByteOrder.BIG_ENDIAN,
            0,
            null,
            Instant.EPOCH,
            Instant.EPOCH,
            1));
  }

  public MemoryDirectory parameter(DecodingParameter parameter) {
    String key =
        key(
            parameter.device(),
            parameter.mode(),
            parameter.componentType(),
            parameter.componentId());
    parameters.put(key, parameter);
    generation.incrementAndGet();
    return this;
  }

  private static String key(
      DeviceId device, String mode, String type, @Nullable String componentId) {
    return device + " " + mode + " " + type + " " + (componentId == null ? "" : componentId);
  }

  @Override
  public Optional<Device> device(DeviceId id) {
    check();
    if (!broken.isEmpty() && id.value().startsWith(broken)) {
      throw new IllegalStateException("broken on command");
    }
    return Optional.ofNullable(devices.get(id));
  }

  @Override
  public Optional<DeviceType> type(String name) {
    check();
    return Optional.ofNullable(types.get(name));
  }

  @Override
  public Optional<DecodingParameter> parameter(
      DeviceId device, String mode, String componentType, @Nullable String componentId) {
    check();
    DecodingParameter own = parameters.get(key(device, mode, componentType, componentId));
    return Optional.ofNullable(
        own != null ? own : parameters.get(key(device, mode, componentType, null)));
  }

  @Override
  public Map<DeviceId, Device> firstContacts(Collection<FirstContact> contacts) {
    check();
    Map<DeviceId, Device> known = new HashMap<>();
    for (FirstContact contact : contacts) {
      Device fresh = device(contact.id(), contact.type(), contact.model(), true);
      Device before = devices.putIfAbsent(contact.id(), fresh);
      known.put(contact.id(), before == null ? fresh : before);
    }
    return known;
  }

  @Override
  public DeviceType registerType(String name) {
    check();
    generation.incrementAndGet();
    return types.computeIfAbsent(name, MemoryDirectory::bareType);
  }

  /// A type of which nothing is known but its name.
  public static DeviceType bareType(String name) {
    return new DeviceType(
        name,
        name,
        "",
        "unknown",
        List.of(),
        "json",
        "unknown",
        Retention.UNLIMITED,
        Map.of(),
        List.of(),
        List.of(),
        Map.of(),
        Instant.EPOCH,
        Instant.EPOCH,
        1);
  }

  @Override
  public void prefetch(Collection<DeviceId> ids) {
    check();
  }

  @Override
  public long generation() {
    check();
    return generation.get();
  }
}
