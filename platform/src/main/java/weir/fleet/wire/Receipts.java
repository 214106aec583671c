package weir.fleet.wire;

/// Hears what became of each parcel that was given to a line: in the end either acknowledged or
/// refused, once. Called on the line's own thread; must not block.
public interface Receipts {

  /// The platform has it.
  ///
  /// @param nanos since it was last put on the wire
  void acknowledged(Parcel parcel, long nanos);

  /// The platform asked to send it again later, so it may come after newer ones. Not the end.
  void postponed(Parcel parcel);

  /// The platform will not have it, or the line was closed before it could be delivered.
  void refused(Parcel parcel, String reason);
}
