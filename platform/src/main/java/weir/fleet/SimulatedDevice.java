package weir.fleet;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import weir.fleet.model.DeviceModel;
import weir.fleet.model.EnergyDevice;

/// A simulated device, for those who look.
///
/// @param name as the registry knows the device that it mirrors; its identifier for others
/// @param mirrorOf the registered device that it stands for, when it does
/// @param anomaly what is wrong with it on purpose, when something is
public record SimulatedDevice(
    String id,
    String name,
    @Nullable String location,
    String family,
    boolean connected,
    @Nullable String mirrorOf,
    boolean enabled,
    boolean online,
    @Nullable String anomaly) {

  static SimulatedDevice of(DeviceModel model, boolean connected) {
    String id = model.id().value();
    String family = model.family().name().toLowerCase(Locale.ROOT);
    if (!(model instanceof EnergyDevice energy)) {
      return new SimulatedDevice(id, id, null, family, connected, null, true, true, null);
    }
    String anomaly = energy.anomaly().map(one -> one.anomaly().kind().label()).orElse(null);
    boolean enabled = energy.isEnabled();
    boolean online = energy.isOnline();
    return new SimulatedDevice(id, id, null, family, connected, null, enabled, online, anomaly);
  }

  SimulatedDevice standingFor(Original original) {
    return new SimulatedDevice(
        id,
        original.name(),
        original.location(),
        family,
        connected,
        original.id().value(),
        enabled,
        online,
        anomaly);
  }
}
