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
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import weir.device.Database;
import weir.device.Outcome;
import weir.device.SqlEngine;
import weir.event.EventHeader;
import weir.subscriber.Applications;
import weir.subscriber.Endpoint;
import weir.subscriber.Endpoints;
import weir.subscriber.SecretBox;
import weir.subscriber.SubscriberSettings;
import weir.subscriber.delivery.Arrival;
import weir.subscriber.delivery.DeliveryLog;
import weir.subscriber.delivery.DeliveryWorker;
import weir.subscriber.delivery.LaneStore;
import weir.subscriber.delivery.Place;
import weir.trace.Traces;

/// Lanes, worker and receivers in this process: how many signed requests a second, and how long an
/// event takes from being matched to being received, while others hang or have a backlog.
final class Webhooks implements AutoCloseable {

  private static final int PARTITIONS = 4;
  private static final int BACKLOG_BATCH = 5_000;
  private static final int TICK_MILLIS = 20;
  private static final String PADDING = "x".repeat(500);

  private final Database registry;
  private final Database database;
  private final Endpoints endpoints;
  private final Applications applications;
  private final LaneStore store;
  private final DeliveryWorker worker;
  private final WebServer receiver;
  private final CountDownLatch ending = new CountDownLatch(1);
  private final LatencyHistogram latencies = new LatencyHistogram();
  private final LongAdder received = new LongAdder();
  private final long[] offsets = new long[PARTITIONS];
  private long sent;

  Webhooks(Path folder) {
    InstantSource clock = InstantSource.system();
    SubscriberSettings settings = SubscriberSettings.defaults().withLoopback();
    registry = new Database(folder.resolve("registry.db"), 4);
    database =
        new Database(
            SqlEngine.sqlite(folder.resolve("deliveries.db")), Database.Tables.DELIVERIES, 4);
    endpoints =
        new Endpoints(registry, SecretBox.open(folder.resolve("webhook.key")), settings, clock);
    applications = new Applications(registry, endpoints, clock);
    store = new LaneStore(database);
    DeliveryLog log = new DeliveryLog(database, clock);
    worker =
        new DeliveryWorker(
            store, endpoints, applications, log, settings, clock, new Random(), Traces.off());
    receiver =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .shutdownHook(false)
            .routing(routing -> routing.post("/ok/{n}", this::take).post("/hang/{n}", this::hang))
            .build()
            .start();
    worker.start();
  }

  private void take(ServerRequest request, ServerResponse response) {
    byte[] body = request.content().as(byte[].class);
    String text = new String(body, StandardCharsets.US_ASCII);
    int from = text.indexOf("\"sent\":") + 7;
    long time = Long.parseLong(text.substring(from, text.indexOf(',', from)));
    if (time > 0) {
      latencies.record(System.nanoTime() - time);
    }
    received.increment();
    response.status(Status.NO_CONTENT_204).send();
  }

  private void hang(ServerRequest request, ServerResponse response) throws InterruptedException {
    ending.await();
    response.send();
  }

  /// Registers receivers; those that hang never answer.
  List<Endpoint> register(int count, String kind) {
    List<Endpoint> made = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      ObjectNode form = JsonNodeFactory.instance.objectNode();
      form.put("service_name", kind + " " + i);
      form.put("callback_url", "http://127.0.0.1:%d/%s/%d".formatted(receiver.port(), kind, i));
      Outcome<Applications.Registered> outcome = applications.register(form);
      if (outcome instanceof Outcome.Saved<Applications.Registered>(var registered)) {
        made.add(endpoints.of(registered.application().id()).orElseThrow());
      } else {
        throw new IllegalStateException("could not register " + outcome);
      }
    }
    return made;
  }

  /// Lays a backlog into the lanes of one receiver.
  void backlog(Endpoint endpoint, int events) {
    for (int laid = 0; laid < events; laid += BACKLOG_BATCH) {
      List<Arrival> arrivals = new ArrayList<>(BACKLOG_BATCH);
      for (int i = 0; i < BACKLOG_BATCH; i++) {
        arrivals.add(arrival(endpoint, 0));
      }
      store.accept(arrivals, Map.of(), Instant.now());
    }
  }

  private Arrival arrival(Endpoint endpoint, long time) {
    int partition = (int) (sent++ % PARTITIONS);
    long offset = offsets[partition]++;
    String id = "bench-" + sent;
    EventHeader.Outline event =
        new EventHeader.Outline(offset, Instant.now(), id, "bench", "meter", "telemetry");
    byte[] body =
        "{\"event_id\":\"%s\",\"sent\":%d,\"padding\":\"%s\"}"
            .formatted(id, time, PADDING)
            .getBytes(StandardCharsets.US_ASCII);
    return new Arrival(Place.of(partition, offset), event, body, List.of(endpoint), null);
  }

  /// What a run measured.
  record Figures(double perSecond, double p50Millis, double p99Millis) {}

  /// Offers events to the receivers in turn, for so long, after a warm-up that does not count.
  Figures run(List<Endpoint> takers, int perSecond, Duration warmUp, Duration measured) {
    offer(takers, perSecond, warmUp);
    latencies.reset();
    long before = received.sum();
    long start = System.nanoTime();
    offer(takers, perSecond, measured);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Figures(
        (received.sum() - before) / seconds, latencies.millis(0.5), latencies.millis(0.99));
  }

  private void offer(List<Endpoint> takers, int perSecond, Duration time) {
    int batch = Math.max(1, perSecond * TICK_MILLIS / 1_000);
    long start = System.nanoTime();
    long ticks = time.toMillis() / TICK_MILLIS;
    for (long tick = 0; tick < ticks; tick++) {
      List<Arrival> arrivals = new ArrayList<>(batch);
      for (int i = 0; i < batch; i++) {
        arrivals.add(arrival(takers.get((int) (sent % takers.size())), System.nanoTime()));
      }
      store.accept(arrivals, Map.of(), Instant.now());
      worker.wake();
      LockSupport.parkNanos(start + (tick + 1) * TICK_MILLIS * 1_000_000L - System.nanoTime());
    }
  }

  @Override
  public void close() {
    ending.countDown();
    worker.close();
    receiver.stop();
    database.close();
    registry.close();
  }
}
