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

/// The deliveries that other processes make, on a database that they share, for one that shows
/// them to their owners. It serves no lane itself: its worker is never started, and only sends
/// what an owner tries.
public final class DistantDeliveries implements AutoCloseable {

  private static final int READERS = 2;

  private final Database database;
  private final DeliveryWorker worker;
  private final DeliveryLog log;
  private final Deliveries deliveries;

  /// @param engine where what waits is kept
  public DistantDeliveries(
      SqlEngine engine,
      Applications applications,
      Endpoints endpoints,
      EventLog events,
      Topics topics,
      SubscriberSettings settings,
      InstantSource clock,
      Traces traces) {
    database = new Database(engine, Database.Tables.DELIVERIES, READERS);
    LaneStore lanes = new LaneStore(database);
    log = new DeliveryLog(database, clock);
    worker =
        new DeliveryWorker(
            lanes, endpoints, applications, log, settings, clock, new Random(), traces);
    deliveries =
        new Deliveries(database, lanes, worker, endpoints, events, topics.enriched(), clock);
  }

  public Deliveries deliveries() {
    return deliveries;
  }

  public DeliveryLog deliveryLog() {
    return log;
  }

  @Override
  public void close() {
    worker.close();
    database.close();
  }
}
