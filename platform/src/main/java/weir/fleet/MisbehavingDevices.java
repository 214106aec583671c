package weir.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import weir.fleet.model.DeviceModel;
import weir.fleet.model.EnergyDevice;

/// The devices of a fleet that can misbehave when told to: energy devices. Changed by the thread of
/// the fleet's clock, looked at by any.
final class MisbehavingDevices {

  private final Map<String, EnergyDevice> energy = new TreeMap<>();

  MisbehavingDevices(List<DeviceModel> devices) {
    for (DeviceModel device : devices) {
      if (device instanceof EnergyDevice one) {
        energy.put(device.id().value(), one);
      }
    }
  }

  /// Empty when there is no such device.
  Optional<AnomalyShown> begin(AnomalyWish wish) {
    List<String> ids = List.copyOf(energy.keySet());
    if (ids.isEmpty()) {
      return Optional.empty();
    }
    String id = wish.device();
    String chosen = id == null ? ids.get(ThreadLocalRandom.current().nextInt(ids.size())) : id;
    return Optional.ofNullable(energy.get(chosen))
        .map(device -> device.misbehave(wish.kind(), wish.readings(), wish.power()))
        .map(anomaly -> new AnomalyShown(chosen, anomaly, anomaly.readings()));
  }

  long clear() {
    return energy.values().stream().filter(EnergyDevice::behave).count();
  }

  List<AnomalyShown> underWay() {
    List<AnomalyShown> all = new ArrayList<>();
    energy.forEach(
        (id, device) ->
            device
                .anomaly()
                .ifPresent(one -> all.add(new AnomalyShown(id, one.anomaly(), one.remaining()))));
    return all;
  }

  SimulatedDevice shown(DeviceModel device, boolean connected) {
    String id = device.id().value();
    Optional<EnergyDevice> one = Optional.ofNullable(energy.get(id));
    return new SimulatedDevice(
        id,
        id,
        null,
        device.family().name().toLowerCase(Locale.ROOT),
        connected,
        null,
        one.map(EnergyDevice::isEnabled).orElse(true),
        one.map(EnergyDevice::isOnline).orElse(true),
        one.flatMap(EnergyDevice::anomaly)
            .map(shown -> shown.anomaly().kind().label())
            .orElse(null));
  }
}
