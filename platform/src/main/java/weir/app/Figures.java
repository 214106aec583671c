package weir.app;

import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import weir.app.Meters.Sample;
import weir.app.watch.Health;
import weir.app.watch.Lags;
import weir.app.watch.Machine;
import weir.event.Rejection;
import weir.ingest.Intake;
import weir.ingest.Refusal;
import weir.ingest.mqtt.MqttCounts;
import weir.ingest.mqtt.MqttDoor;
import weir.meter.BatchMeter;
import weir.pipeline.Pipeline;
import weir.series.SeriesWriter;
import weir.subscriber.Subscribers;
import weir.subscriber.delivery.DeliveryLog;
import weir.view.Books;

/// Which figures of which part are shown, and under which name. Labels have few values: never a
/// device, an event or an address.
final class Figures {

  private static final double SECONDS_A_DAY = Duration.ofDays(1).toSeconds();
  private static final String QUEUE_BYTES = "weir_queue_bytes";
  private static final String QUEUE_HELP = "Bytes that wait, by queue";
  private static final String QUEUE_LIMIT = "weir_queue_limit_bytes";
  private static final String QUEUE_LIMIT_HELP = "Bytes that may wait, by queue";

  private final Meters meters;
  private final PlatformSettings settings;

  Figures(Meters meters, PlatformSettings settings) {
    this.meters = meters;
    this.settings = settings;
  }

  void of(Intake intake, MqttDoor door) {
    meters.counter("weir_accepted", "Messages durable in the log", intake::acceptedCount);
    for (Refusal.Kind kind : Refusal.Kind.values()) {
      meters.counter(
          "weir_refused",
          "Messages refused at the doors",
          () -> intake.refusedCount(kind),
          "reason",
          kind.name());
    }
    queue("intake", intake::bytesInFlight, settings.intake().bytesInFlightMax());
    queue("mqtt_sessions", door::queuedBytes, settings.mqtt().queueBytesMax());
    meters.histogram(
        "weir_puback_seconds",
        "From the arrival of a QoS 1 message to its acknowledgement",
        door.pubAckTimes());
    ofMqtt(door);
  }

  private void queue(String name, LongSupplier bytes, long limit) {
    meters.gauge(QUEUE_BYTES, QUEUE_HELP, bytes::getAsLong, "queue", name);
    meters.gauge(QUEUE_LIMIT, QUEUE_LIMIT_HELP, () -> limit, "queue", name);
  }

  private void ofMqtt(MqttDoor door) {
    meters.gauge(
        "weir_mqtt_connections", "Open MQTT connections", () -> door.counts().connections());
    meters.gauge(
        "weir_mqtt_connections_limit",
        "MQTT connections that may be open",
        settings.mqtt()::connectionsMax);
    meters.gauge(
        "weir_mqtt_sessions",
        "MQTT sessions, those without a connection included",
        () -> door.counts().sessions());
    meters.gauge("weir_mqtt_retained", "Retained messages", () -> door.counts().retained());
    mqtt(door, "connects", "Connections admitted", MqttCounts::connects);
    mqtt(door, "connects_refused", "Connections refused", MqttCounts::connectRefusals);
    mqtt(door, "protocol_errors", "Connections that broke a rule", MqttCounts::protocolErrors);
    mqtt(door, "deliveries", "Messages sent to clients", MqttCounts::deliveries);
    mqtt(door, "drops", "Messages not sent to slow clients", MqttCounts::drops);
    mqtt(door, "received_bytes", "Bytes of whole packets received", MqttCounts::bytesIn);
  }

  private void mqtt(MqttDoor door, String name, String help, ToLongFunction<MqttCounts> count) {
    meters.counter("weir_mqtt_" + name, help, () -> count.applyAsLong(door.counts()));
  }

  void of(Pipeline pipeline) {
    meters.counter("weir_decoded", "Events enriched", () -> pipeline.health().enriched());
    meters.counter(
        "weir_retried",
        "Messages that wait for a missing reference and are tried again",
        () -> pipeline.health().retried());
    for (Rejection.Reason reason : Rejection.Reason.values()) {
      meters.counter(
          "weir_set_aside",
          "Messages set aside by the pipeline",
          () -> pipeline.health().setAside().getOrDefault(reason, 0L),
          "reason",
          reason.name());
    }
    batches("pipeline", pipeline.batches());
  }

  private void batches(String stage, BatchMeter batches) {
    meters.histogram(
        "weir_batch_seconds", "Time over one batch, by stage", batches.times(), "stage", stage);
    meters.histogram(
        "weir_batch_messages", "Messages in one batch, by stage", batches.sizes(), "stage", stage);
  }

  void of(SeriesWriter writer) {
    meters.counter("weir_stored", "Events written to the store", () -> writer.health().events());
    meters.counter(
        "weir_stored_readings", "Readings written to the store", () -> writer.health().readings());
    meters.counter(
        "weir_repeated",
        "Events that came again and were written before",
        () -> writer.health().repeats());
    meters.counter(
        "weir_store_refused",
        "Events that the store refused and that were set aside",
        () -> writer.health().setAside());
    meters.histogram(
        "weir_stored_delay_seconds",
        "From the door to the store, of the first event of each batch",
        writer.delays());
    batches("series", writer.batches());
  }

  void of(Subscribers subscribers) {
    meters.counter("weir_matched", "Events that somebody wanted", subscribers::matchedCount);
    meters.gauge("weir_subscriptions", "Subscriptions that can match", subscribers::subscriptions);
    meters.counters(
        "weir_deliveries",
        "Events sent to applications, by outcome",
        () ->
            subscribers.attempts().outcomes().entrySet().stream()
                .map(one -> Sample.of(one.getValue().sum(), "outcome", one.getKey())));
    meters.histogram(
        "weir_webhook_seconds",
        "From a webhook request to its answer",
        subscribers.attempts().times());
    meters.histogram(
        "weir_delivery_delay_seconds",
        "From the door to an application, of what was delivered",
        subscribers.attempts().delays());
    meters.gauges(
        "weir_webhook_requests",
        "Requests to applications on their way, by pace",
        () ->
            subscribers.requests().entrySet().stream()
                .map(one -> Sample.of(one.getValue(), "pace", one.getKey())));
    meters.counters(
        "weir_lanes_held_back",
        "How often a lane was put off for others of its pace",
        () ->
            subscribers.lanesHeldBack().entrySet().stream()
                .map(one -> Sample.of(one.getValue().sum(), "pace", one.getKey())));
    meters.counter(
        "weir_match_unreadable", "Records that are no events", subscribers::unreadableCount);
    meters.gauge(
        "weir_lanes_limit",
        "Lanes that may be served at once",
        settings.webhook().lanes()::lanesMax);
    batches("matcher", subscribers.batches());
  }

  void of(Refreshed<DeliveryLog.Overview> deliveries) {
    meters.gauges(
        "weir_lanes",
        "Lanes by state",
        () ->
            deliveries.stream()
                .flatMap(
                    now ->
                        Stream.of(
                            Sample.of(now.serving(), "state", "serving"),
                            Sample.of(now.due(), "state", "due"),
                            Sample.of(now.delayed(), "state", "delayed"),
                            Sample.of(now.idle(), "state", "idle"))));
    deliveries("weir_deliveries_waiting", "Deliveries that wait", deliveries, o -> o.waiting());
    deliveries("weir_deliveries_parked", "Deliveries given up", deliveries, o -> o.parked());
    deliveries("weir_endpoints_failing", "Endpoints that fail now", deliveries, o -> o.failing());
  }

  private void deliveries(
      String name,
      String help,
      Refreshed<DeliveryLog.Overview> deliveries,
      ToLongFunction<DeliveryLog.Overview> figure) {
    meters.gauges(
        name, help, () -> deliveries.stream().map(now -> Sample.of(figure.applyAsLong(now))));
  }

  void ofBooks(Refreshed<Books.Sheet> books) {
    meters.gauges(
        "weir_books_findings",
        "Places where two independent counts differ; 0 when the books balance",
        () -> books.stream().map(sheet -> Sample.of(sheet.findings().size())));
    meters.gauges(
        "weir_books_unread",
        "Accepted messages that no stage has looked at",
        () -> books.stream().map(sheet -> Sample.of(sheet.unread())));
    family(books, "accepted", "Messages accepted, by device family", Books.Line::accepted);
    family(books, "stored", "Events stored, by device family", Books.Line::stored);
    meters.gauges(
        "weir_family_set_aside",
        "Messages set aside and not replayed, by device family",
        () -> lines(books, Books.Line::setAside));
    meters.gauges(
        "weir_family_waiting",
        "Messages neither stored nor set aside yet, by device family",
        () -> lines(books, Books.Line::waiting));
  }

  private void family(
      Refreshed<Books.Sheet> books, String name, String help, ToLongFunction<Books.Line> figure) {
    meters.counters("weir_family_" + name, help, () -> lines(books, figure));
  }

  private static Stream<Sample> lines(
      Refreshed<Books.Sheet> books, ToLongFunction<Books.Line> figure) {
    return books.stream()
        .flatMap(sheet -> sheet.families().stream())
        .map(line -> Sample.of(figure.applyAsLong(line), "family", line.family()));
  }

  void of(Lags lags) {
    meters.gauges(
        "weir_lag_messages",
        "Messages that wait for a group, by topic and partition",
        () ->
            lags.lines().stream()
                .map(
                    line ->
                        Sample.of(
                            line.waiting(),
                            "group",
                            line.reader().group(),
                            "topic",
                            line.reader().topic().name(),
                            "partition",
                            Integer.toString(line.partition()))));
    meters.counters(
        "weir_logged",
        "Records written to the log since it was made, by topic",
        () ->
            lags.ends().entrySet().stream()
                .map(end -> Sample.of(end.getValue(), "topic", end.getKey().name())));
  }

  void of(Health health) {
    meters.gauges(
        "weir_part_up",
        "1 when a part is well",
        () ->
            health.parts().stream()
                .map(part -> Sample.of(part.well() ? 1 : 0, "part", part.name())));
    meters.gauges(
        "weir_round_trip_seconds",
        "The latest round trip to a part",
        () -> health.parts().stream().flatMap(Figures::roundTrip));
  }

  private static Stream<Sample> roundTrip(Health.Part part) {
    return part.latency() == null
        ? Stream.empty()
        : Stream.of(Sample.of(seconds(part.latency()), "part", part.name()));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  void of(Machine machine) {
    meters.gauge("weir_memory_bytes", "Memory of the machine", () -> machine.memory().total());
    meters.gauge(
        "weir_memory_free_bytes",
        "Memory that programs could still have, caches of the system included",
        () -> machine.memory().free());
  }

  void of(Disk disk) {
    meters.gauges(
        "weir_disk_bytes",
        "Bytes that each part keeps",
        () ->
            disk.bytes().entrySet().stream()
                .map(part -> Sample.of(part.getValue(), "part", part.getKey())));
    meters.gauge("weir_disk_free_bytes", "Bytes left on the disk", disk::freeBytes);
    meters.gauge(
        "weir_disk_left_seconds",
        "Time until the disk is full if it goes on so; NaN in the first ten minutes",
        () -> disk.daysLeft().orElse(Double.NaN) * SECONDS_A_DAY);
  }

  void of(DiskBudget budget) {
    meters.gauge(
        "weir_disk_budget_bytes",
        "Bytes that the embedded log, series and deliveries may take",
        budget::bytes);
    meters.gauge(
        "weir_disk_budget_used_bytes",
        "Bytes that the embedded log, series and deliveries take",
        budget::usedBytes);
    meters.gauge(
        "weir_disk_budget_left_seconds",
        "Time until the oldest begins to go if it goes on so; NaN in the first ten minutes",
        () -> budget.daysLeft().orElse(Double.NaN) * SECONDS_A_DAY);
    removed("log", budget::recordsRemoved);
    removed("series", budget::eventsRemoved);
  }

  private void removed(String part, LongSupplier count) {
    meters.counter(
        "weir_disk_budget_removed",
        "Records and events removed to stay within the budget",
        count,
        "part",
        part);
  }

  /// How many devices there are in each state.
  void ofDevices(Supplier<Map<String, Long>> states) {
    meters.gauges(
        "weir_devices",
        "Devices by presence",
        () ->
            states.get().entrySet().stream()
                .map(state -> Sample.of(state.getValue(), "state", state.getKey())));
  }
}
