package weir.ingest.mqtt;

import org.jspecify.annotations.Nullable;
import weir.ingest.Intake;
import weir.ingest.Refusal;
import weir.ingest.mqtt.packet.Message;
import weir.ingest.mqtt.packet.ReasonCode;

/// A message of a client between its arrival and the answer to it. The intake's answer may come on
/// any thread; everything else belongs to the connection's event loop.
final class PendingPublish implements Intake.Answer {

  /// The message was accepted, or refused for a reason.
  record Outcome(Route.@Nullable Refused refused) {
    static final Outcome ACCEPTED = new Outcome(null);
  }

  private final Connection connection;
  private final Session from;
  private final int packetId;
  private final @Nullable Message delivery;
  private final long cameNanos;
  private volatile @Nullable Outcome outcome;

  /// @param packetId 0 for QoS 0
  /// @param delivery what subscribers get, or null when there are none
  PendingPublish(Connection connection, Session from, int packetId, @Nullable Message delivery) {
    this.connection = connection;
    this.from = from;
    this.packetId = packetId;
    this.delivery = delivery;
    this.cameNanos = connection.heardNanos();
  }

  @Override
  public void done(@Nullable Refusal refusal) {
    settle(
        refusal == null
            ? Outcome.ACCEPTED
            : new Outcome(new Route.Refused(reasonOf(refusal), refusal.detail())));
  }

  /// The message never reached the intake.
  void refuse(Route.Refused refused) {
    settle(new Outcome(refused));
  }

  private void settle(Outcome settled) {
    outcome = settled;
    connection.ring();
  }

  private static ReasonCode reasonOf(Refusal refusal) {
    return switch (refusal.kind()) {
      case TOO_LARGE, OVER_QUOTA, BUSY -> ReasonCode.QUOTA_EXCEEDED;
      case LOG_UNAVAILABLE -> ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
    };
  }

  @Nullable Outcome outcome() {
    return outcome;
  }

  Session from() {
    return from;
  }

  /// When the packet was read, by [System#nanoTime].
  long cameNanos() {
    return cameNanos;
  }

  int packetId() {
    return packetId;
  }

  @Nullable Message delivery() {
    return delivery;
  }
}
