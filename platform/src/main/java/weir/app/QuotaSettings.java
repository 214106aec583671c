package weir.app;

/// What one device may send.
///
/// @param messagesPerSecond the lasting rate; 0 for no limit
/// @param burst messages that may come at once
public record QuotaSettings(int messagesPerSecond, int burst) {

  public QuotaSettings {
    if (messagesPerSecond < 0 || burst < 1) {
      throw new IllegalArgumentException(
          "messages-per-second must not be negative and burst at least 1");
    }
  }

  public static QuotaSettings defaults() {
    return new QuotaSettings(1_000, 10_000);
  }
}
