package weir.subscriber.delivery;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.log.LogRecord;
import weir.subscriber.Endpoint;

/// An event that somebody wants, as it is in the log, and the endpoints it is to go to.
///
/// @param trace the latest step of an event that is followed
@SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied; nobody compares arrivals.
public record Arrival(
    long place,
    EventHeader.Outline event,
    byte[] body,
    List<Endpoint> endpoints,
    @Nullable String trace) {

  private static final Pattern TRACE = Pattern.compile("[0-9a-f]{2}(-[0-9a-f]+){3}");
  private static final int TRACE_LENGTH = 55;

  public Arrival {
    endpoints = List.copyOf(endpoints);
  }

  /// The `traceparent` of a record. It becomes a header of requests, so nothing else will do.
  public static @Nullable String trace(LogRecord record) {
    return record
        .headers()
        .text(HeaderNames.TRACE)
        .filter(text -> text.length() == TRACE_LENGTH && TRACE.matcher(text).matches())
        .orElse(null);
  }
}
