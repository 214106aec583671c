package weir.subscriber.delivery;

import java.util.List;
import weir.event.EventHeader;
import weir.subscriber.Endpoint;

/// An event that somebody wants, as it is in the log, and the endpoints it is to go to.
@SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied; nobody compares arrivals.
public record Arrival(
    long place, EventHeader.Outline event, byte[] body, List<Endpoint> endpoints) {

  public Arrival {
    endpoints = List.copyOf(endpoints);
  }
}
