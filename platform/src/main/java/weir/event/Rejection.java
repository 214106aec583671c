package weir.event;

/// Why a message was set aside. The detail names the field or the rule, never the payload.
public record Rejection(Reason reason, String detail) {

  /// The closed list of reasons, as written to dead letters and metrics.
  public enum Reason {
    /// No dialect knows the topic or path.
    UNKNOWN_TOPIC,
    /// The bytes cannot be read: bad UTF-8, broken JSON, too deep, too many fields.
    UNREADABLE,
    /// Readable, but a field is missing, of the wrong kind or out of range.
    INVALID,
    /// The device is not registered and first contact does not register it.
    UNKNOWN_DEVICE,
    /// The device type is not registered.
    UNKNOWN_TYPE,
    /// No decoding parameter matches the component.
    NO_PARAMETER,
    /// The store refused this one row.
    REFUSED_BY_STORE,
    /// An unexpected error, after the tries that such errors get.
    FAILED
  }
}
