package weir.subscriber;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.Database;
import weir.device.SqlEngine;
import weir.log.EventLog;
import weir.log.Topics;
import weir.meter.BatchMeter;
import weir.subscriber.delivery.AttemptMeter;
import weir.subscriber.delivery.Deliveries;
import weir.subscriber.delivery.DeliveryLog;
import weir.subscriber.delivery.DeliveryWorker;
import weir.subscriber.delivery.LaneStore;
import weir.subscriber.mail.MailSettings;
import weir.subscriber.mail.OwnerMail;
import weir.trace.Traces;

/// Sink two, put together: follows subscriptions, matches events, serves lanes and keeps house.
public final class Subscribers implements AutoCloseable {

  /// The consumer group of the enriched topic.
  public static final String GROUP = Matcher.GROUP;

  private static final Logger LOG = LoggerFactory.getLogger(Subscribers.class);
  private static final int READERS = 4;
  private static final Duration UPKEEP = Duration.ofMinutes(1);

  /// How old events may be that are still to be matched when a process comes back.
  private static final Duration REACH = Duration.ofDays(7);

  private final SubscriberSettings settings;
  private final InstantSource clock;
  private final Database database;
  private final SubscriptionIndex index;
  private final SubscriptionFollower follower;
  private final Matcher matcher;
  private final DeliveryWorker worker;
  private final DeliveryLog deliveryLog;
  private final Deliveries deliveries;
  private final OwnerMail ownerMail;
  private final Loop upkeep;

  /// @param engine where what waits is kept
  public Subscribers(
      SqlEngine engine,
      Database registry,
      Applications applications,
      Endpoints endpoints,
      EventLog log,
      Topics topics,
      SubscriberSettings settings,
      MailSettings mail,
      RedisSettings redis,
      InstantSource clock,
      Traces traces) {
    this.settings = settings;
    this.clock = clock;
    database = new Database(engine, Database.Tables.DELIVERIES, READERS);
    LaneStore lanes = new LaneStore(database);
    deliveryLog = new DeliveryLog(database, clock);
    worker =
        new DeliveryWorker(
            lanes, endpoints, applications, deliveryLog, settings, clock, new Random(), traces);
    endpoints.whenMoved(worker::moved);
    deliveries = new Deliveries(database, lanes, worker, endpoints, log, topics.enriched(), clock);
    index = redis.isGiven() ? new RedisIndex(redis, registry, REACH, clock) : new MemoryIndex();
    follower =
        new SubscriptionFollower(
            log, topics.subscriptions(), registry, index, applications::know, REACH, clock);
    matcher =
        new Matcher(
            log, topics.enriched(), follower, index, applications, endpoints, lanes, worker, clock);
    ownerMail = new OwnerMail(mail, deliveryLog, endpoints, applications);
    upkeep = new Loop("subscriber-upkeep", this::keepHouse, clock);
  }

  public void start() {
    follower.start();
    worker.start();
    matcher.start();
    upkeep.start();
  }

  /// Asks the server that holds the index of subscriptions, if there is one, and returns when it
  /// answers.
  public void reachIndex() {
    index.reach();
  }

  public Deliveries deliveries() {
    return deliveries;
  }

  public DeliveryLog deliveryLog() {
    return deliveryLog;
  }

  /// Events that somebody wanted, since the start.
  public long matchedCount() {
    return matcher.matchedCount();
  }

  /// Batches of the matcher.
  public BatchMeter batches() {
    return matcher.batches();
  }

  /// What the worker sent.
  public AttemptMeter attempts() {
    return worker.attempts();
  }

  /// Subscriptions that can match.
  public long subscriptions() {
    return index.size();
  }

  /// Events that could not be read, since the start.
  public long unreadableCount() {
    return matcher.unreadableCount();
  }

  /// Since when one of the loops cannot go on; empty when all is well.
  public Optional<Instant> stuckSince() {
    return Stream.of(
            follower.stuckSince(), matcher.stuckSince(), worker.stuckSince(), upkeep.stuckSince())
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder());
  }

  private void keepHouse() throws InterruptedException {
    if (upkeep.pause(UPKEEP)) {
      tidy();
    }
  }

  private void tidy() {
    ownerMail.send();
    follower.expire();
    index.prune(clock.instant().minus(REACH));
    int expired = deliveries.tidy(settings.lanes());
    if (expired > 0) {
      LOG.warn("deliveries were removed for their age count={}", expired);
    }
  }

  @Override
  public void close() {
    upkeep.close();
    matcher.close();
    worker.close();
    follower.close();
    index.close();
    database.close();
  }
}
