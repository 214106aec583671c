package weir.subscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.JedisPooled;
import redis.clients.jedis.Protocol;
import weir.device.Database;
import weir.device.DeviceId;
import weir.event.Event;
import weir.event.EventHeader;
import weir.event.EventId;
import weir.event.HeaderNames;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Position;
import weir.log.Topic;
import weir.testkit.RedisServer;

/// Redis comes and goes; who wants an event is right all the time.
class RedisIndexTest {

  private static final Duration REACH = Duration.ofDays(7);
  private static final Instant NOW = Instant.parse("2100-01-01T00:00:00Z");

  @TempDir private Path folder;

  @Test
  void isRightWhileRedisIsAwayAndWhenItComesBackEmpty() throws Exception {
    RedisServer.require();
    try (RedisServer server = new RedisServer();
        Database registry = new Database(folder.resolve("registry.db"), 2);
        RedisIndex index = index(server, registry)) {
      String application = application(registry);
      subscribe(index, registry, application, "before");
      assertThat(takers(index, "before")).containsExactly(application);

      server.kill();
      assertThat(takers(index, "before")).containsExactly(application);
      subscribe(index, registry, application, "meanwhile");
      assertThat(takers(index, "meanwhile")).containsExactly(application);
      assertThat(takers(index, "other")).isEmpty();

      server.start();
      assertThat(takers(index, "before")).containsExactly(application);
      await().until(index::isWhole);
      assertThat(takers(index, "before")).containsExactly(application);
      assertThat(takers(index, "meanwhile")).containsExactly(application);

      server.kill();
      server.start();
      // Empty, and nobody noticed that it was away.
      assertThat(takers(index, "meanwhile")).containsExactly(application);
    }
  }

  @Test
  void doesNotBelieveARedisThatComesBackWithWhatItOnceSaved() throws Exception {
    RedisServer.require();
    try (RedisServer server = new RedisServer(folder);
        Database registry = new Database(folder.resolve("registry.db"), 2);
        RedisIndex index = index(server, registry)) {
      String application = application(registry);
      subscribe(index, registry, application, "cancelled");
      try (JedisPooled redis = new JedisPooled(URI.create(server.url()))) {
        Object _ = redis.sendCommand(Protocol.Command.SAVE);
      }
      subscribe(index, registry, application, "later");
      cancel(index, registry, application, "cancelled");
      assertThat(takers(index, "later")).containsExactly(application);
      assertThat(takers(index, "cancelled")).isEmpty();

      server.kill();
      server.start();
      // It holds what was saved, and only the thread that mends found it away.
      await().pollDelay(Duration.ofMillis(1_500)).until(() -> true);
      assertThat(takers(index, "later")).containsExactly(application);
      assertThat(takers(index, "cancelled")).isEmpty();
      try (JedisPooled redis = new JedisPooled(URI.create(server.url()))) {
        await().until(() -> redis.exists("weir:subscriptions:device:later"));
      }
      await().until(index::isWhole);
      assertThat(takers(index, "later")).containsExactly(application);
      assertThat(takers(index, "cancelled")).isEmpty();
    }
  }

  @Test
  void anotherProcessFindsWhatThisOneWasTold() throws Exception {
    RedisServer.require();
    try (RedisServer server = new RedisServer();
        Database registry = new Database(folder.resolve("registry.db"), 2);
        RedisIndex one = index(server, registry);
        RedisIndex other = index(server, registry)) {
      Subscription subscription = subscription("app", "fridge");

      one.put(List.of(new Kept(subscription, NOW)));

      assertThat(takers(other, "fridge")).containsExactly("app");
      Instant forgotten = subscription.until().plus(REACH);
      try (JedisPooled redis = new JedisPooled(URI.create(server.url()))) {
        assertThat(redis.pexpireTime("weir:subscriptions:device:fridge"))
            .isEqualTo(forgotten.toEpochMilli());
      }
    }
  }

  private String application(Database registry) {
    Endpoints endpoints =
        new Endpoints(
            registry,
            SecretBox.open(folder.resolve("webhook.key")),
            SubscriberSettings.defaults(),
            InstantSource.system());
    return new Applications(registry, endpoints, InstantSource.system()).list().getFirst().id();
  }

  private static RedisIndex index(RedisServer server, Database registry) {
    RedisIndex index =
        new RedisIndex(RedisSettings.at(server.url()), registry, REACH, InstantSource.system());
    await().until(index::isWhole);
    return index;
  }

  private static Subscription subscription(String application, String device) {
    Selector selector = Selector.ofDevice(device);
    return new Subscription(
        selector.subscriptionOf(application),
        application,
        selector,
        NOW,
        NOW.plus(Duration.ofHours(1)),
        null,
        null);
  }

  /// As the follower does: first the registry, then the index.
  private static void subscribe(
      RedisIndex index, Database registry, String application, String device) {
    save(index, registry, subscription(application, device), NOW);
  }

  private static void cancel(
      RedisIndex index, Database registry, String application, String device) {
    Subscription wanted = subscription(application, device);
    save(index, registry, wanted.endingAt(wanted.expiresAt(), NOW), NOW.plusSeconds(1));
  }

  private static void save(
      RedisIndex index, Database registry, Subscription subscription, Instant askedAt) {
    assertThat(
            registry.<Boolean>write(
                handle -> SubscriptionTable.save(handle, subscription, askedAt, askedAt)))
        .isTrue();
    index.put(List.of(new Kept(subscription, askedAt)));
  }

  private static Set<String> takers(RedisIndex index, String device) {
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    Event event =
        new Event(
            new EventId("event"),
            new DeviceId(device),
            "Oven",
            "appliance",
            "telemetry",
            NOW,
            NOW.plusSeconds(1),
            List.of(),
            body);
    LogRecord record =
        new LogRecord(
            new Position(new Partition(new Topic("iot.enriched"), 0), 7),
            device,
            0,
            body,
            new Headers().add(HeaderNames.EVENT, EventHeader.encode(event, 7)));
    index.prepare(List.of(record));
    SubscriptionIndex.Match match = index.match(record);
    return match == null ? Set.of() : match.applications();
  }
}
