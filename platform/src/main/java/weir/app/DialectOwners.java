package weir.app;

import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.ingest.TopicOwners;
import weir.pipeline.Dialects;

/// Tells the doors whose a topic is, as the dialects declare it.
final class DialectOwners implements TopicOwners {

  private final Dialects dialects;

  DialectOwners(Dialects dialects) {
    this.dialects = dialects;
  }

  @Override
  public @Nullable DeviceId ownerOf(String topic) {
    return dialects.ownerOf(topic);
  }

  @Override
  public @Nullable DeviceId ownerOfFilter(String filter) {
    return dialects.ownerOfFilter(filter);
  }
}
