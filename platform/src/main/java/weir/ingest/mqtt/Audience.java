package weir.ingest.mqtt;

/// Whom a message of the platform's own is meant for, among the clients that get it.
@FunctionalInterface
public interface Audience {

  /// Everybody who subscribed.
  Audience ALL = (clientId, filter) -> true;

  /// @param filter by which the client gets the message, without a share
  boolean includes(String clientId, String filter);
}
