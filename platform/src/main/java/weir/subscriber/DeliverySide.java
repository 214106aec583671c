package weir.subscriber;

import java.time.InstantSource;
import java.util.Random;
import weir.device.Database;
import weir.device.SqlEngine;
import weir.log.EventLog;
import weir.log.Topics;
import weir.subscriber.delivery.Deliveries;
import weir.subscriber.delivery.DeliveryLog;
import weir.subscriber.delivery.DeliveryWorker;
import weir.subscriber.delivery.LaneStore;
import weir.trace.Traces;

/// What waits to be delivered, the worker that sends it, and what owners can do about it.
///
/// A process that only shows the deliveries of others, on a database that they share, never starts
/// the worker: it serves no lane there, and only sends what an owner tries.
public final class DeliverySide implements AutoCloseable {

  private static final int READERS = 4;

  private final Database database;
  private final LaneStore lanes;
  private final DeliveryWorker worker;
  private final DeliveryLog log;
  private final Deliveries deliveries;

  /// @param engine where what waits is kept
  public DeliverySide(
      SqlEngine engine,
      Applications applications,
      Endpoints endpoints,
      EventLog events,
      Topics topics,
      SubscriberSettings settings,
      InstantSource clock,
      Traces traces) {
    database = new Database(engine, Database.Tables.DELIVERIES, READERS);
    lanes = new LaneStore(database);
    log = new DeliveryLog(database, endpoints, clock);
    worker =
        new DeliveryWorker(
            lanes, endpoints, applications, log, settings, clock, new Random(), traces);
    deliveries =
        new Deliveries(database, lanes, worker, endpoints, events, topics.enriched(), clock);
  }

  LaneStore lanes() {
    return lanes;
  }

  DeliveryWorker worker() {
    return worker;
  }

  public Deliveries deliveries() {
    return deliveries;
  }

  public DeliveryLog log() {
    return log;
  }

  @Override
  public void close() {
    worker.close();
    database.close();
  }
}
