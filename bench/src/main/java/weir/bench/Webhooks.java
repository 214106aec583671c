package weir.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import weir.device.DeviceId;
import weir.device.DeviceSettings;
import weir.device.Outcome;
import weir.device.Registry;
import weir.device.SqlEngine;
import weir.event.Event;
import weir.event.EventHeader;
import weir.event.EventId;
import weir.event.HeaderNames;
import weir.log.Entry;
import weir.log.Headers;
import weir.log.Patience;
import weir.log.Topics;
import weir.log.kafka.EmbeddedBroker;
import weir.log.kafka.KafkaLog;
import weir.log.kafka.KafkaSettings;
import weir.subscriber.Applications;
import weir.subscriber.Endpoints;
import weir.subscriber.RedisSettings;
import weir.subscriber.SecretBox;
import weir.subscriber.SubscriberSettings;
import weir.subscriber.Subscribers;
import weir.subscriber.mail.MailSettings;
import weir.trace.Traces;

/// The subscriber's side of the platform as it runs, on an embedded log, with receivers in this
/// process: how many events of the enriched topic are matched, signed, sent and received a second,
/// and how long one takes from its append to its arrival, while others hang or have a backlog.
///
/// Each receiver has subscribed to a device of its own.
final class Webhooks implements AutoCloseable {

  private static final Topics TOPICS = Topics.defaults();
  private static final int PARTITIONS = 4;
  private static final int IN_FLIGHT_MAX = 10_000;
  private static final int TICK_MILLIS = 20;
  private static final long GLANCE_NANOS = 50_000_000;
  private static final String PADDING = "x".repeat(500);

  private final InstantSource clock = InstantSource.system();
  private final EmbeddedBroker broker;
  private final KafkaLog log;
  private final Registry registry;
  private final Applications applications;
  private final Subscribers subscribers;
  private final WebServer receiver;
  private final CountDownLatch ending = new CountDownLatch(1);
  private final LatencyHistogram latencies = new LatencyHistogram();
  private final LongAdder received = new LongAdder();
  private final Semaphore room = new Semaphore(IN_FLIGHT_MAX);
  private final long[] offsets = new long[PARTITIONS];
  private int devices;
  private long sent;

  Webhooks(Path folder) {
    KafkaSettings standard = KafkaSettings.defaults();
    KafkaSettings kafka = LogAppends.settings(standard.compression().name(), standard.linger());
    SubscriberSettings settings = SubscriberSettings.defaults().withLoopback();
    broker = new EmbeddedBroker(folder.resolve("kafka"), kafka);
    log = new KafkaLog(broker, kafka, Patience.PROMPT);
    log.create(TOPICS.specs(PARTITIONS, Duration.ofDays(1)));
    registry = new Registry(folder.resolve("registry.db"), DeviceSettings.defaults(), clock);
    SecretBox box = SecretBox.open(folder.resolve("webhook.key"));
    Endpoints endpoints = new Endpoints(registry.database(), box, settings, clock);
    applications = new Applications(registry.database(), endpoints, clock);
    subscribers =
        new Subscribers(
            SqlEngine.sqlite(folder.resolve("deliveries.db")),
            registry.database(),
            applications,
            endpoints,
            log,
            TOPICS,
            settings,
            MailSettings.defaults(),
            RedisSettings.defaults(),
            clock,
            Traces.off());
    receiver =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .shutdownHook(false)
            .routing(routing -> routing.post("/ok/{n}", this::take).post("/hang/{n}", this::hang))
            .build()
            .start();
    subscribers.start();
  }

  private void take(ServerRequest request, ServerResponse response) {
    byte[] body = request.content().as(byte[].class);
    String text = new String(body, StandardCharsets.US_ASCII);
    int from = text.indexOf("\"sent\":") + 7;
    latencies.record(System.nanoTime() - Long.parseLong(text, from, text.indexOf(',', from), 10));
    received.increment();
    response.status(Status.NO_CONTENT_204).send();
  }

  private void hang(ServerRequest request, ServerResponse response) throws InterruptedException {
    ending.await();
    response.send();
  }

  /// Registers receivers and subscribes them; those that hang never answer. Returns their devices.
  List<DeviceId> subscribe(int count, String kind) {
    List<DeviceId> made = new ArrayList<>(count);
    long known = subscribers.subscriptions();
    for (int i = 0; i < count; i++) {
      ObjectNode form = JsonNodeFactory.instance.objectNode();
      form.put("service_name", kind + " " + i);
      form.put("callback_url", "http://127.0.0.1:%d/%s/%d".formatted(receiver.port(), kind, i));
      Outcome<Applications.Registered> outcome = applications.register(form);
      if (outcome instanceof Outcome.Saved<Applications.Registered>(var registered)) {
        DeviceId device = new DeviceId("bench-" + devices++);
        request(registered.application().id(), device);
        made.add(device);
      } else {
        throw new IllegalStateException("could not register " + outcome);
      }
    }
    await(() -> subscribers.subscriptions() >= known + count);
    return made;
  }

  private void request(String service, DeviceId device) {
    String text =
        "{\"service_id\":\"%s\",\"device_id\":\"%s\",\"timestamp\":\"%s\",\"expiry_hours\":24}"
            .formatted(service, device, clock.instant());
    byte[] value = text.getBytes(StandardCharsets.US_ASCII);
    append(
        new Entry(
            TOPICS.subscriptions(), Entry.BY_KEY, service, clock.millis(), value, new Headers()));
  }

  /// Has events of a device matched, until so many wait for its receiver.
  void backlog(DeviceId device, int events) {
    long before = subscribers.matchedCount();
    for (int i = 0; i < events; i++) {
      append(event(device));
    }
    await(() -> subscribers.matchedCount() >= before + events);
  }

  private void append(Entry entry) {
    room.acquireUninterruptibly();
    log.append(
        entry,
        (position, failure) -> {
          room.release();
          if (failure != null) {
            throw new IllegalStateException("the log does not take it", failure);
          }
        });
  }

  private Entry event(DeviceId device) {
    int partition = (int) (sent++ % PARTITIONS);
    String id = "bench-" + sent;
    byte[] body =
        "{\"event_id\":\"%s\",\"sent\":%d,\"padding\":\"%s\"}"
            .formatted(id, System.nanoTime(), PADDING)
            .getBytes(StandardCharsets.US_ASCII);
    Instant now = clock.instant();
    Event event =
        new Event(
            new EventId(id), device, "meter", "cloud", "telemetry", now, now, List.of(), body);
    Headers headers =
        new Headers().add(HeaderNames.EVENT, EventHeader.encode(event, offsets[partition]++));
    return new Entry(
        TOPICS.enriched(), partition, device.value(), now.toEpochMilli(), body, headers);
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(GLANCE_NANOS);
    }
  }

  /// What a run measured.
  record Figures(double perSecond, double p50Millis, double p99Millis) {}

  /// Offers events of the devices in turn, for so long, after a warm-up that does not count. Those
  /// whose receiver hangs have no part in the figures.
  Figures run(List<DeviceId> taken, int perSecond, Duration warmUp, Duration measured) {
    offer(taken, perSecond, warmUp);
    latencies.reset();
    long before = received.sum();
    long start = System.nanoTime();
    offer(taken, perSecond, measured);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Figures(
        (received.sum() - before) / seconds, latencies.millis(0.5), latencies.millis(0.99));
  }

  private void offer(List<DeviceId> taken, int perSecond, Duration time) {
    int batch = Math.max(1, perSecond * TICK_MILLIS / 1_000);
    long start = System.nanoTime();
    long ticks = time.toMillis() / TICK_MILLIS;
    for (long tick = 0; tick < ticks; tick++) {
      for (int i = 0; i < batch; i++) {
        append(event(taken.get((int) (sent % taken.size()))));
      }
      LockSupport.parkNanos(start + (tick + 1) * TICK_MILLIS * 1_000_000L - System.nanoTime());
    }
  }

  @Override
  public void close() {
    ending.countDown();
    subscribers.close();
    receiver.stop();
    registry.close();
    log.close();
    broker.close();
  }
}
