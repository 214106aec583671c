package weir.pipeline;

import java.util.List;

/// Which applications are interested in a device type, for the block that enriched events
/// carry.
public interface Applications {

  /// The active applications of a device type, in a steady order.
  List<Application> ofType(String deviceType);

  /// Changes when any application does. Whoever keeps something that was made from them drops
  /// it when this number is another one.
  long generation();

  /// What is told about an application. Neither its key nor a person's address is in it.
  record Application(
      String id, String name, String developer, String platform, String category, String status) {}

  /// No application is interested in anything.
  static Applications none() {
    return new Applications() {
      @Override
      public List<Application> ofType(String deviceType) {
        return List.of();
      }

      @Override
      public long generation() {
        return 0;
      }
    };
  }
}
