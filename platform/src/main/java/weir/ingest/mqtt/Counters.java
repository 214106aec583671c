package weir.ingest.mqtt;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import weir.meter.Histogram;

/// The counters behind [MqttCounts]. Counted by any thread.
final class Counters {

  final AtomicInteger connections = new AtomicInteger();
  final LongAdder connects = new LongAdder();
  final LongAdder connectRefusals = new LongAdder();
  final LongAdder publishesQos0 = new LongAdder();
  final LongAdder publishesQos1 = new LongAdder();
  final LongAdder pubAcks = new LongAdder();
  final LongAdder publishRefusals = new LongAdder();
  final LongAdder subscribeRefusals = new LongAdder();
  final LongAdder protocolErrors = new LongAdder();
  final LongAdder deliveries = new LongAdder();
  final LongAdder drops = new LongAdder();
  final LongAdder retainFailures = new LongAdder();
  final LongAdder lostWills = new LongAdder();
  final LongAdder bytesIn = new LongAdder();
  final Histogram pubAckTimes = Histogram.ofTimes();

  MqttCounts snapshot(int sessions, int retained) {
    return new MqttCounts(
        connections.get(),
        sessions,
        connects.sum(),
        connectRefusals.sum(),
        publishesQos0.sum(),
        publishesQos1.sum(),
        pubAcks.sum(),
        publishRefusals.sum(),
        subscribeRefusals.sum(),
        protocolErrors.sum(),
        deliveries.sum(),
        drops.sum(),
        retained,
        retainFailures.sum(),
        lostWills.sum(),
        bytesIn.sum());
  }
}
