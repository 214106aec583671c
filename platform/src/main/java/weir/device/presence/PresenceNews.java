package weir.device.presence;

import weir.device.DeviceId;

/// Tells others who is there. Called by one thread, which must not be made to wait.
public interface PresenceNews {

  /// Tells of nothing.
  PresenceNews NONE =
      new PresenceNews() {
        @Override
        public void tell(DeviceState state, Runnable failed) {}

        @Override
        public boolean isTold(DeviceState state) {
          return true;
        }

        @Override
        public void forget(DeviceId device) {}
      };

  /// @param failed to be run when it could not be told; then it is asked again a second later
  void tell(DeviceState state, Runnable failed);

  /// Whether others know this state already, from before the start.
  boolean isTold(DeviceState state);

  /// The device was deleted; what was told of it is void.
  void forget(DeviceId device);
}
