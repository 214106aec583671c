package weir.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.log.LogRecord;

/// Reads log records in tests.
public final class LogRecords {

  private LogRecords() {}

  /// The value of a record that has one.
  public static byte[] value(LogRecord record) {
    assertThat(record.value()).isNotNull();
    return Objects.requireNonNull(record.value());
  }

  /// The event of an enriched record.
  public static EventHeader.Decoded event(LogRecord record) {
    byte[] header = record.headers().bytes(HeaderNames.EVENT).orElseThrow();
    return EventHeader.decode(header, value(record));
  }
}
