package weir.ingest.mqtt.packet;

/// A client broke a rule of the protocol in a way that ends the connection. Carries no stack trace:
/// any client can cause it at any rate.
public final class ProtocolViolation extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final ReasonCode reason;

  /// @param detail names the rule; never holds what the client sent
  public ProtocolViolation(ReasonCode reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
  }

  static ProtocolViolation malformed(String detail) {
    return new ProtocolViolation(ReasonCode.MALFORMED_PACKET, detail);
  }

  static ProtocolViolation protocolError(String detail) {
    return new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, detail);
  }

  public ReasonCode reason() {
    return reason;
  }

  public String detail() {
    return String.valueOf(getMessage());
  }
}
