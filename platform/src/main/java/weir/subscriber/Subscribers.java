package weir.subscriber;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.Database;
import weir.device.SqlEngine;
import weir.log.EventLog;
import weir.log.Topics;
import weir.meter.BatchMeter;
import weir.subscriber.delivery.AttemptMeter;
import weir.subscriber.mail.MailSettings;
import weir.subscriber.mail.OwnerMail;
import weir.trace.Traces;

/// Sink two, put together: follows subscriptions, matches events, serves lanes and keeps house.
public final class Subscribers implements AutoCloseable {

  /// The consumer group of the enriched topic.
  public static final String GROUP = Matcher.GROUP;

  private static final Logger LOG = LoggerFactory.getLogger(Subscribers.class);
  private static final Duration UPKEEP = Duration.ofMinutes(1);

  /// How old events may be that are still to be matched when a process comes back.
  private static final Duration REACH = Duration.ofDays(7);

  private final SubscriberSettings settings;
  private final InstantSource clock;
  private final SubscriptionIndex index;
  private final SubscriptionFollower follower;
  private final Matcher matcher;
  private final DeliverySide delivery;
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
    delivery =
        new DeliverySide(engine, applications, endpoints, log, topics, settings, clock, traces);
    endpoints.whenMoved(delivery.worker()::moved);
    index = redis.isGiven() ? new RedisIndex(redis, registry, REACH, clock) : new MemoryIndex();
    follower =
        new SubscriptionFollower(
            log, topics.subscriptions(), registry, index, applications::know, REACH, clock);
    matcher =
        new Matcher(
            log,
            topics.enriched(),
            follower,
            index,
            applications,
            endpoints,
            delivery.lanes(),
            delivery.worker(),
            clock);
    ownerMail = new OwnerMail(mail, delivery.log(), endpoints, applications);
    upkeep = new Loop("subscriber-upkeep", this::keepHouse, clock);
  }

  public void start() {
    follower.start();
    delivery.worker().start();
    matcher.start();
    upkeep.start();
  }

  /// Asks the server that holds the index of subscriptions, if there is one, and returns when it
  /// answers.
  public void reachIndex() {
    index.reach();
  }

  public DeliverySide delivery() {
    return delivery;
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
    return delivery.worker().attempts();
  }

  /// How often a lane was put off because those of its pace have their share, since the start.
  public Map<String, LongAdder> lanesHeldBack() {
    return delivery.worker().heldBack();
  }

  /// Webhook requests on their way, by pace.
  public Map<String, Integer> requests() {
    return delivery.worker().requests();
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
            follower.stuckSince(),
            matcher.stuckSince(),
            delivery.worker().stuckSince(),
            upkeep.stuckSince())
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
    int expired = delivery.deliveries().tidy(settings.lanes());
    if (expired > 0) {
      LOG.warn("deliveries were removed for their age count={}", expired);
    }
  }

  @Override
  public void close() {
    upkeep.close();
    matcher.close();
    follower.close();
    index.close();
    delivery.close();
  }
}
