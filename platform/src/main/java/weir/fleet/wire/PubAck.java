package weir.fleet.wire;

/// How the platform answered a publish.
sealed interface PubAck {

  record Taken() implements PubAck {}

  /// Not now: it has no room, and says that another try may do (reasons 0x80, 0x83 and 0x97).
  record Later() implements PubAck {}

  record Refused(String reason) implements PubAck {}

  static PubAck of(byte reasonCode) {
    int code = Byte.toUnsignedInt(reasonCode);
    if (code < 0x80) {
      return new Taken();
    }
    return switch (code) {
      case 0x80, 0x83, 0x97 -> new Later();
      default -> new Refused("reason 0x%02x".formatted(code));
    };
  }
}
