package weir.ingest.mqtt.packet;

/// A protocol version that the door speaks.
public enum Version {
  V3_1_1(4),
  V5(5);

  private final int level;

  Version(int level) {
    this.level = level;
  }

  /// The protocol level in CONNECT.
  public int level() {
    return level;
  }
}
