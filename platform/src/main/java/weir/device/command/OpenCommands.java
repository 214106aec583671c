package weir.device.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import weir.device.DeviceId;

/// The commands that are not at their end, by device, each device's in the order in which they
/// came. Safe for use by many threads.
final class OpenCommands {

  private final Map<DeviceId, List<Command>> byDevice = new ConcurrentHashMap<>();

  Set<DeviceId> devices() {
    return byDevice.keySet();
  }

  boolean has(DeviceId device) {
    return byDevice.containsKey(device);
  }

  List<Command> of(DeviceId device) {
    return byDevice.getOrDefault(device, List.of());
  }

  Optional<Command> find(DeviceId device, String id) {
    return of(device).stream().filter(one -> one.id().equals(id)).findFirst();
  }

  /// Keeps a command in its place while it is open, and forgets it when it is not.
  void put(Command changed) {
    byDevice.compute(
        changed.device(),
        (device, before) -> {
          List<Command> all = new ArrayList<>(before == null ? List.of() : before);
          int place = all.stream().map(Command::id).toList().indexOf(changed.id());
          if (place < 0 && changed.state().isOpen()) {
            all.add(changed);
          } else if (place >= 0 && changed.state().isOpen()) {
            all.set(place, changed);
          } else if (place >= 0) {
            all.remove(place);
          }
          return all.isEmpty() ? null : List.copyOf(all);
        });
  }
}
