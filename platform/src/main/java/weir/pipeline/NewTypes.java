package weir.pipeline;

import java.util.concurrent.atomic.AtomicInteger;
import weir.device.Directory;

/// Registers device types that a device named first, up to a limit, so that devices cannot
/// invent topics without end. Used by all threads.
final class NewTypes {

  private final Directory directory;
  private final PipelineSettings settings;
  private final AtomicInteger registered = new AtomicInteger();

  NewTypes(Directory directory, PipelineSettings settings) {
    this.directory = directory;
    this.settings = settings;
  }

  /// Registers the type when the setting and the limit allow it. The limit counts since the
  /// start.
  boolean register(String name) {
    if (settings.unknownTypes() == PipelineSettings.Unknown.SET_ASIDE
        || registered.get() >= settings.typesRegisteredMax()) {
      return false;
    }
    directory.registerType(name);
    registered.incrementAndGet();
    return true;
  }

  int count() {
    return registered.get();
  }
}
