package weir.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import weir.fleet.model.EnergyDevice;

/// The simulated devices that can misbehave when told to: the energy devices of a fleet, or the
/// mirrors. They are changed by the thread that owns them, which others ask here and wait for.
public final class MisbehavingDevices {

  private final Errands errands;
  private final Map<String, EnergyDevice> energy = new ConcurrentSkipListMap<>();

  MisbehavingDevices(Errands errands) {
    this.errands = errands;
  }

  void add(EnergyDevice device) {
    energy.put(device.id().value(), device);
  }

  void remove(String id) {
    energy.remove(id);
  }

  /// How many there are; none when their time is over.
  public int size() {
    return errands.isGoing() ? energy.size() : 0;
  }

  /// Lets a device misbehave from its next reading on; empty when there is none of that name.
  ///
  /// @throws OverException when their time is over
  public Optional<AnomalyShown> trigger(AnomalyWish wish) {
    boolean unknown = wish.device() != null && !energy.containsKey(wish.device());
    return unknown ? Optional.empty() : errands.answer(() -> begin(wish));
  }

  /// Ends all anomalies, and says how many there were; none when their time is over.
  public long clear() {
    try {
      return errands.answer(this::end);
    } catch (OverException nothingMoves) {
      return 0;
    }
  }

  /// By the thread that owns them.
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

  /// By the thread that owns them.
  long end() {
    return energy.values().stream().filter(EnergyDevice::behave).count();
  }

  /// Those that misbehave now.
  public List<AnomalyShown> underWay() {
    List<AnomalyShown> all = new ArrayList<>();
    energy.forEach(
        (id, device) ->
            device
                .anomaly()
                .ifPresent(one -> all.add(new AnomalyShown(id, one.anomaly(), one.remaining()))));
    return all;
  }
}
