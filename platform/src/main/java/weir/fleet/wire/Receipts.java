package weir.fleet.wire;

/// Hears what became of each parcel that was given to a line: exactly one call for each. Called on
/// the line's own thread; must not block.
public interface Receipts {

  /// The platform has it.
  ///
  /// @param nanos since it was last put on the wire
  void acknowledged(Parcel parcel, long nanos);

  /// The platform will not have it, or the line was closed before it could be delivered.
  void refused(Parcel parcel, String reason);
}
