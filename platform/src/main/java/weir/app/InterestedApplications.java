package weir.app;

import java.util.List;
import java.util.Objects;
import weir.subscriber.Applications;

/// Tells the pipeline which applications are interested in a device type, and no more of them
/// than may stand in a message.
final class InterestedApplications implements weir.pipeline.Applications {

  private final Applications applications;

  InterestedApplications(Applications applications) {
    this.applications = applications;
  }

  @Override
  public List<Application> ofType(String deviceType) {
    return applications.byDeviceType(deviceType).stream()
        .map(
            one ->
                new Application(
                    one.id(),
                    one.name(),
                    one.developer(),
                    Objects.requireNonNullElse(one.platform(), ""),
                    Objects.requireNonNullElse(one.category(), ""),
                    one.status().text()))
        .toList();
  }

  @Override
  public long generation() {
    return applications.generation();
  }
}
