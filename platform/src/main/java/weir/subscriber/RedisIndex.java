package weir.subscriber;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.nio.BufferUnderflowException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.JedisPooled;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisException;
import weir.device.Database;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.log.LogRecord;
import weir.subscriber.Question.Wanted;

/// Who wants an event, in a Redis server that many processes share: a hash for each device
/// and device type that somebody asked for, whose fields are subscriptions. A batch of
/// events is one round trip.
///
/// Redis is believed while it holds the mark of a complete index, made in its present run,
/// and took everything that this process had to tell: a server that was started again may
/// hold an index from before. Else the registry is asked, which is slower and as right,
/// until a thread of its own has written the index again. Keys go some time after their last
/// subscription ended.
final class RedisIndex implements SubscriptionIndex {

  private static final Logger LOG = LoggerFactory.getLogger(RedisIndex.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String PREFIX = "weir:subscriptions:";
  private static final String MARK = PREFIX + "complete";
  private static final String ANYWHERE = PREFIX + "any";
  private static final int AT_ONCE = 1_000;
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /// Keeps the later of two versions, and the key as long as any of its fields needs it.
  private static final String PUT =
      """
      local old = redis.call('HGET', KEYS[1], ARGV[1])
      if not old or tonumber(string.match(old, '^%d+')) <= tonumber(ARGV[2]) then
        redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3])
      end
      if redis.call('PEXPIRETIME', KEYS[1]) < tonumber(ARGV[4]) then
        redis.call('PEXPIREAT', KEYS[1], ARGV[4])
      end
      """;

  private static final String RUN =
      "local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') ";

  private static final String WHICH_RUN = RUN + "return run";
  private static final String IS_MARKED = RUN + "return redis.call('GET', KEYS[1]) == run";

  private final JedisPooled redis;
  private final Database registry;
  private final Duration reach;
  private final InstantSource clock;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread mending;
  private final AtomicLong failures = new AtomicLong(1);
  private volatile long mendedFailures;
  private Map<String, List<Wanted>> prepared = Map.of();

  /// @param reach how old events may be that are still to be matched
  RedisIndex(RedisSettings settings, Database registry, Duration reach, InstantSource clock) {
    this.redis =
        new JedisPooled(URI.create(settings.location()), (int) settings.timeout().toMillis());
    this.registry = registry;
    this.reach = reach;
    this.clock = clock;
    this.mending = Thread.ofVirtual().name("redis-index").start(this::mend);
  }

  private static String key(Selector selector) {
    if (selector.device() != null) {
      return deviceKey(selector.device());
    }
    return selector.deviceType() != null ? typeKey(selector.deviceType()) : ANYWHERE;
  }

  private static String deviceKey(String device) {
    return PREFIX + "device:" + device;
  }

  private static String typeKey(String type) {
    return PREFIX + "type:" + type;
  }

  @Override
  public void put(List<Kept> subscriptions) {
    try {
      write(subscriptions);
    } catch (JedisException e) {
      long _ = failures.incrementAndGet();
      LOG.warn("redis could not be told; the registry is asked reason={}", e.getMessage());
    }
  }

  private void write(List<Kept> subscriptions) {
    for (int from = 0; from < subscriptions.size(); from += AT_ONCE) {
      int to = Math.min(subscriptions.size(), from + AT_ONCE);
      List<Response<Object>> answers = new ArrayList<>();
      try (Pipeline pipeline = redis.pipelined()) {
        for (Kept kept : subscriptions.subList(from, to)) {
          answers.add(
              pipeline.eval(PUT, List.of(key(kept.subscription().selector())), values(kept)));
        }
        pipeline.sync();
      }
      answers.forEach(Response::get);
    }
  }

  private List<String> values(Kept kept) {
    Subscription subscription = kept.subscription();
    return List.of(
        subscription.id(),
        Long.toString(kept.askedAt().toEpochMilli()),
        text(subscription),
        Long.toString(subscription.until().plus(reach).toEpochMilli()));
  }

  private static String text(Subscription subscription) {
    ObjectNode node = JSON.createObjectNode();
    node.put("id", subscription.id());
    node.put("application", subscription.application());
    node.put("device", subscription.selector().device());
    node.put("type", subscription.selector().deviceType());
    node.put("filter", subscription.selector().filter());
    node.put("from", subscription.subscribedAt().toEpochMilli());
    node.put("until", subscription.until().toEpochMilli());
    Subscription.Window earlier = subscription.earlier();
    if (earlier != null) {
      node.put("earlier_from", earlier.from().toEpochMilli());
      node.put("earlier_until", earlier.until().toEpochMilli());
    }
    return node.toString();
  }

  private static Stream<Wanted> wanted(String text) {
    try {
      JsonNode node = JSON.readTree(text.substring(text.indexOf(' ') + 1));
      Subscription subscription =
          new Subscription(
              node.path("id").asText(),
              node.path("application").asText(),
              new Selector(
                  node.path("device").textValue(),
                  node.path("type").textValue(),
                  node.path("filter").textValue()),
              time(node, "from"),
              time(node, "until"),
              null,
              node.has("earlier_from")
                  ? new Subscription.Window(time(node, "earlier_from"), time(node, "earlier_until"))
                  : null);
      return Wanted.of(subscription).stream();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("redis holds a subscription that is none", e);
    }
  }

  private static Instant time(JsonNode node, String field) {
    return Instant.ofEpochMilli(node.path(field).asLong());
  }

  @Override
  public void prepare(List<LogRecord> records) {
    Set<String> devices = new LinkedHashSet<>();
    Set<String> types = new LinkedHashSet<>();
    for (LogRecord record : records) {
      try {
        EventHeader.Outline event = outline(record);
        if (event != null) {
          devices.add(event.device());
          types.add(event.type());
        }
      } catch (IllegalArgumentException | BufferUnderflowException noEvent) {
        LOG.debug("not an event position={}", record.position());
      }
    }
    prepared = devices.isEmpty() ? Map.of() : candidates(devices, types);
  }

  private static EventHeader.@Nullable Outline outline(LogRecord record) {
    byte[] header = record.headers().bytes(HeaderNames.EVENT).orElse(null);
    return header == null || record.value() == null ? null : EventHeader.outline(header);
  }

  @Override
  public @Nullable Match match(LogRecord record) {
    byte[] body = record.value();
    EventHeader.Outline event = outline(record);
    if (event == null || body == null) {
      return null;
    }
    Question question = new Question(event, body);
    question.ask(prepared.getOrDefault(deviceKey(event.device()), List.of()));
    question.ask(prepared.getOrDefault(typeKey(event.type()), List.of()));
    question.ask(prepared.getOrDefault(ANYWHERE, List.of()));
    return question.answer();
  }

  private Map<String, List<Wanted>> candidates(Set<String> devices, Set<String> types) {
    if (isWhole()) {
      Set<String> keys = new LinkedHashSet<>(Set.of(ANYWHERE));
      devices.forEach(device -> keys.add(deviceKey(device)));
      types.forEach(type -> keys.add(typeKey(type)));
      try {
        Map<String, List<Wanted>> found = inRedis(keys);
        if (found != null) {
          return found;
        }
      } catch (JedisException e) {
        long _ = failures.incrementAndGet();
        LOG.warn("redis does not answer; the registry is asked reason={}", e.getMessage());
      }
    }
    return inRegistry(devices, types);
  }

  /// Null when the index is not whole.
  private @Nullable Map<String, List<Wanted>> inRedis(Set<String> keys) {
    Map<String, Response<List<String>>> answers = new HashMap<>();
    Response<Object> isMarked;
    try (Pipeline pipeline = redis.pipelined()) {
      keys.forEach(key -> answers.put(key, pipeline.hvals(key)));
      // Asked last: a server that was started again in between has no mark of that run.
      isMarked = pipeline.eval(IS_MARKED, List.of(MARK), List.of());
      pipeline.sync();
    }
    if (isMarked.get() == null) {
      return null;
    }
    Map<String, List<Wanted>> found = new HashMap<>();
    answers.forEach(
        (key, answer) ->
            found.put(key, answer.get().stream().flatMap(RedisIndex::wanted).toList()));
    return found;
  }

  private Map<String, List<Wanted>> inRegistry(Set<String> devices, Set<String> types) {
    Map<String, List<Wanted>> found = new HashMap<>();
    Instant since = clock.instant().minus(reach);
    registry
        .read(handle -> SubscriptionTable.wanting(handle, devices, types, since))
        .forEach(
            subscription ->
                found
                    .computeIfAbsent(key(subscription.selector()), any -> new ArrayList<>())
                    .addAll(Wanted.of(subscription).stream().toList()));
    return found;
  }

  private void mend() {
    try {
      do {
        try {
          if (!isWhole() || redis.eval(IS_MARKED, List.of(MARK), List.of()) == null) {
            rebuild();
          }
        } catch (JedisException | JdbiException e) {
          LOG.debug("the index in redis cannot be mended yet reason={}", e.getMessage());
        }
      } while (!stop.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Whether Redis took all that this process had to tell since the index was last written
  /// whole. At the start it is not known what a process before this one had still to tell.
  boolean isWhole() {
    return failures.get() == mendedFailures;
  }

  private void rebuild() {
    long mended = failures.get();
    String run = String.valueOf(redis.eval(WHICH_RUN));
    Instant since = clock.instant().minus(reach);
    List<Kept> all = registry.read(handle -> SubscriptionTable.endingAfter(handle, since));
    write(all);
    redis.set(MARK, run);
    mendedFailures = mended;
    LOG.info("the index in redis is whole subscriptions={}", all.size());
  }

  /// Redis forgets by itself.
  @Override
  public void prune(Instant before) {}

  @Override
  public long size() {
    return registry.read(handle -> SubscriptionTable.count(handle, clock.instant()));
  }

  @Override
  public void reach() {
    String _ = redis.ping();
  }

  @Override
  public void close() {
    stop.countDown();
    try {
      boolean _ = mending.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    redis.close();
  }
}
