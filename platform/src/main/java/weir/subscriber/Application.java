package weir.subscriber;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A program that is interested in the events of some device types. Neither its key nor its contact
/// address is part of this value, so neither can get into a message.
///
/// @param id a UUID
/// @param platform `web`, `mobile`, `desktop` or `api`
/// @param deviceTypes whole names of device types, never parts of them
public record Application(
    String id,
    String name,
    String developer,
    String version,
    @Nullable String description,
    @Nullable String category,
    @Nullable String platform,
    List<String> deviceTypes,
    Status status,
    Instant createdAt,
    Instant updatedAt) {

  /// Only active applications get events.
  public enum Status {
    ACTIVE("active"),
    INACTIVE("inactive"),
    PENDING("pending");

    private final String text;

    Status(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }

    static Optional<Status> parse(String text) {
      return Arrays.stream(values()).filter(status -> status.text.equals(text)).findAny();
    }

    static Status of(String text) {
      return parse(text)
          .orElseThrow(
              () -> new IllegalArgumentException("unknown status of an application: " + text));
    }
  }

  public Application {
    deviceTypes = List.copyOf(deviceTypes);
  }
}
