package weir.fleet.wire;

/// What a device speaks through. Delivers at least once and in order: what was not acknowledged is
/// sent again, under the same event id, until the platform answers. Its queue has no limit of its
/// own; whoever sends counts what is outstanding.
public interface Line extends AutoCloseable {

  void send(Parcel parcel);

  /// Breaks the connection without a farewell; the device comes back at once, as fast as it may.
  void drop();

  /// Breaks the connection without a farewell, until there is something new to send.
  void silence();

  /// Ends a silence: comes back for what was not acknowledged before it.
  void rejoin();

  boolean isConnected();

  /// Takes leave. What is still unacknowledged is answered as refused.
  @Override
  void close();
}
