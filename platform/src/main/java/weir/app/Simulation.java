package weir.app;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import weir.fleet.MirrorSettings;
import weir.fleet.MirrorStatus;
import weir.fleet.Mirrors;
import weir.fleet.SimulatedDevice;
import weir.fleet.Target;

/// The simulator inside the platform; it speaks to the platform's own sockets, as any other would.
/// Safe for use by many threads.
final class Simulation implements AutoCloseable {

  private final Supplier<Target> target;
  private final MirrorSettings mirrorSettings;
  private final InstantSource clock;
  private @Nullable Mirrors mirrors;

  /// @param target this platform; asked for when something starts, which is after the doors opened
  Simulation(Supplier<Target> target, MirrorSettings mirrorSettings, InstantSource clock) {
    this.target = target;
    this.mirrorSettings = mirrorSettings;
    this.clock = clock;
  }

  /// Begins or ends to mirror what is registered.
  synchronized void mirror(boolean wanted) {
    if (wanted && mirrors == null) {
      mirrors = new Mirrors(target.get(), mirrorSettings, clock);
      mirrors.start();
    } else if (!wanted && mirrors != null) {
      mirrors.close();
      mirrors = null;
    }
  }

  synchronized Optional<MirrorStatus> mirrors() {
    return Optional.ofNullable(mirrors).map(Mirrors::status);
  }

  synchronized List<SimulatedDevice> devices() {
    return mirrors == null ? List.of() : mirrors.devices();
  }

  @Override
  public synchronized void close() {
    mirror(false);
  }
}
