package weir.series;

import java.time.Instant;
import weir.device.DeviceId;

/// One metric of one device in a time range.
public record ReadingQuery(DeviceId device, String metric, Instant from, Instant to) {

  public ReadingQuery {
    if (to.isBefore(from)) {
      throw new IllegalArgumentException("the range ends before it starts");
    }
  }
}
