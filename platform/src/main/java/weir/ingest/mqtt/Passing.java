package weir.ingest.mqtt;

import weir.device.DeviceId;

/// Told of commands and answers that pass the door. Called on event loops, which must not be
/// blocked.
@FunctionalInterface
public interface Passing {
  void passed(DeviceId owner, String topic, byte[] payload);
}
