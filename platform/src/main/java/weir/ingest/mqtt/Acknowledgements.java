package weir.ingest.mqtt;

import java.util.ArrayDeque;
import java.util.Deque;
import weir.ingest.mqtt.PendingPublish.Outcome;
import weir.ingest.mqtt.packet.Message;
import weir.ingest.mqtt.packet.ReasonCode;
import weir.ingest.mqtt.packet.Version;

/// The messages of one connection that are not answered yet, in the order they came: they are
/// acknowledged, and delivered to subscribers, in that order (section 4.6). Owned by the
/// connection's event loop.
final class Acknowledgements {

  private final Deque<PendingPublish> pending = new ArrayDeque<>();
  private final Connection connection;
  private final Router router;
  private final Counters counters;
  private int unacknowledged;

  Acknowledgements(Connection connection, Router router, Counters counters) {
    this.connection = connection;
    this.router = router;
    this.counters = counters;
  }

  void add(PendingPublish publish) {
    pending.add(publish);
    if (publish.packetId() != 0) {
      unacknowledged++;
    }
  }

  /// Messages of any QoS that wait for an answer.
  int size() {
    return pending.size();
  }

  /// QoS 1 messages that the client has no acknowledgement for.
  int unacknowledged() {
    return unacknowledged;
  }

  /// Settles all messages up to the first that is not answered yet.
  void drain() {
    if (pending.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    for (PendingPublish next = pending.peek(); next != null; next = pending.peek()) {
      Outcome outcome = next.outcome();
      if (outcome == null) {
        return;
      }
      pending.remove();
      if (next.packetId() != 0) {
        unacknowledged--;
      }
      if (outcome.refused() == null) {
        accepted(next, now);
      } else {
        refused(next, outcome.refused());
      }
    }
  }

  private void accepted(PendingPublish publish, long now) {
    Message delivery = publish.delivery();
    if (delivery != null) {
      router.deliver(delivery, publish.from());
    }
    if (publish.packetId() != 0) {
      counters.pubAcks.increment();
      counters.pubAckTimes.record(now - publish.cameNanos());
      connection.acknowledge(publish.packetId(), ReasonCode.SUCCESS, null);
    }
  }

  /// MQTT 3.1.1 has no word for a refused message but the end of the connection.
  private void refused(PendingPublish publish, Route.Refused refused) {
    counters.publishRefusals.increment();
    if (connection.version() == Version.V3_1_1) {
      connection.close(refused.reason(), refused.detail());
    } else if (publish.packetId() != 0) {
      connection.acknowledge(publish.packetId(), refused.reason(), refused.detail());
    }
  }
}
