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

  /// Commands and their answers have a level `commands`; controllers answer below `stat`.
  @Override
  public boolean isCommand(String topic) {
    boolean named =
        topic.startsWith("stat/") || topic.endsWith("/commands") || topic.contains("/commands/");
    return named && !dialects.decodes(topic) && dialects.ownerOf(topic) != null;
  }

  @Override
  public @Nullable DeviceId ownerOfFilter(String filter) {
    return dialects.ownerOfFilter(filter);
  }
}
