package weir.ingest.mqtt.packet;

/// A CONNECT names a protocol or level that this server does not speak.
public final class UnknownVersion extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean known;
  private final int level;

  UnknownVersion(String name, int level) {
    super("unknown protocol version", null, false, false);
    this.known = name.equals("MQTT") || name.equals("MQIsdp");
    this.level = level;
  }

  /// Whether the client speaks some MQTT at all, and so can read an answer.
  public boolean isMqtt() {
    return known;
  }

  /// The form of the answer that the client most likely reads.
  public Version answerVersion() {
    return level > Version.V5.level() ? Version.V5 : Version.V3_1_1;
  }
}
