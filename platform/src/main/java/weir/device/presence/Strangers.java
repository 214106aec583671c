package weir.device.presence;

import java.util.LinkedHashMap;
import java.util.function.Consumer;
import weir.device.DeviceId;

/// Devices that spoke or left before they were registered, which mostly follows within a second.
/// So many are remembered, the latest ones. Owned by one thread.
final class Strangers {

  private static final int MAX = 10_000;

  private final LinkedHashMap<DeviceId, Sighted> latest = new LinkedHashMap<>();
  private final Consumer<Sighted> forgotten;

  /// @param forgotten takes those for which there is no room any more
  Strangers(Consumer<Sighted> forgotten) {
    this.forgotten = forgotten;
  }

  void add(Sighted one) {
    latest.putLast(one.device, one);
    if (latest.size() > MAX) {
      forgotten.accept(latest.pollFirstEntry().getValue());
    }
  }

  /// It is registered now, or here again.
  void remove(Sighted one) {
    latest.remove(one.device);
  }
}
