package weir.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import weir.device.DecodingParameter.Encoding;
import weir.event.Event;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.log.Entry;
import weir.log.EventLog.Committed;
import weir.log.EventLog.Subscription;
import weir.log.Groups;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Tally;
import weir.log.Topics;
import weir.testkit.LogRecords;
import weir.testkit.ManualClock;
import weir.testkit.MemoryDirectory;
import weir.testkit.MemoryLog;
import weir.trace.Traces;

/// The way from the raw topic to the enriched one in one thread, with crashes on demand, and
/// the check of what came out.
final class SimulatedRoute implements AutoCloseable {

  private static final Topics TOPICS = Topics.defaults();
  private static final Duration DAY = Duration.ofDays(1);
  private static final int PARTITIONS = 3;
  private static final String F2 = "f2-1";

  private final Random random;
  private final MemoryLog log = new MemoryLog();
  private final MemoryDirectory directory = new MemoryDirectory();
  private final ManualClock clock = new ManualClock(Instant.parse("2026-06-01T12:00:00Z"));
  private final Pipeline pipeline;
  private final Set<String> readable = new TreeSet<>();
  private final Set<String> waiting = new TreeSet<>();
  private Worker worker;
  private RetryRelay relay;
  private Subscription relaySubscription;
  private int sent;
  private String lastDevice = "";

  SimulatedRoute(Random random) {
    this.random = random;
    log.create(TOPICS.specs(PARTITIONS, DAY));
    pipeline =
        new Pipeline(
            log,
            new PipelineTopics(TOPICS, PARTITIONS, DAY),
            Dialects.builtIn(),
            directory,
            Applications.none(),
            PipelineSettings.defaults(),
            clock,
            Traces.off());
    worker = pipeline.worker();
    relay = pipeline.relay();
    relaySubscription = log.join(Groups.RETRY, Set.of(TOPICS.retry()));
  }

  int sent() {
    return sent;
  }

  /// Sends messages: most can be read, some never, some not before the registry knows more. Many
  /// have the id of a message of another device.
  void send(int count) {
    for (int i = 0; i < count; i++) {
      int kind = random.nextInt(10);
      String device = kind < 8 ? "d" + random.nextInt(8) : F2;
      String id = device.equals(lastDevice) ? "own" + sent : "twin" + sent / 2;
      lastDevice = device;
      sent++;
      if (kind < 6) {
        append(id, "energy/devices/" + device + "/data", device, "{\"power\":1}");
        readable.add(device + " " + id);
      } else if (kind < 7) {
        append(id, "iot/" + device + "/raw", device, "{broken");
      } else if (kind < 8) {
        append(id, "nobody/knows", device, "{}");
      } else {
        append(id, "cmnd/" + F2 + "/alarm-mode/J1/siren-1", F2, "{\"status\":true}");
        waiting.add(F2 + " " + id);
      }
    }
  }

  private void append(String id, String topic, String key, String payload) {
    Headers headers =
        new Headers()
            .add(HeaderNames.EVENT_ID, id)
            .add(HeaderNames.DOOR, "mqtt")
            .add(HeaderNames.PATH, topic)
            .add(HeaderNames.QOS, "1");
    byte[] value = payload.getBytes(UTF_8);
    log.append(new Entry(TOPICS.raw(), Entry.BY_KEY, key, clock.millis(), value, headers)).join();
  }

  void work() throws InterruptedException {
    worker.turn(Duration.ZERO);
  }

  void relay() throws InterruptedException {
    relay.advance(relaySubscription, Duration.ZERO);
  }

  void pass(Duration time) {
    clock.advance(time);
  }

  void crashWorker() {
    worker.close();
    worker = pipeline.worker();
  }

  void crashRelay() {
    relaySubscription.close();
    relay = pipeline.relay();
    relaySubscription = log.join(Groups.RETRY, Set.of(TOPICS.retry()));
  }

  /// The registry gets the parameter that messages wait for.
  void learn() {
    directory.parameter(F2, "alarm-mode", "siren", "1", Encoding.BOOLEAN, "state", 1);
  }

  /// Some appends of a batch fail while later ones of it get through.
  void failSomeAppends() throws InterruptedException {
    settle();
    send(6);
    log.hold();
    worker.advance(Duration.ZERO);
    while (log.heldCount() > 0) {
      if (random.nextBoolean()) {
        log.failAppends();
      }
      log.release(1);
      log.mendAppends();
    }
    log.release();
    settle();
  }

  /// Lets the worker finish and commit what it has begun.
  private void settle() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      pass(Duration.ofMillis(200));
      work();
    }
  }

  void loseTheRegistryForAWhile() throws InterruptedException {
    directory.fail();
    work();
    directory.mend();
  }

  /// Works until nothing is left to do.
  void finish() throws InterruptedException {
    learn();
    for (int i = 0; i < 12; i++) {
      settle();
      relay();
      pass(Duration.ofSeconds(60));
    }
    settle();
  }

  /// What is wrong with the outcome.
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    Map<String, Integer> stored = stored();
    Set<String> dead = idsOf(log.records(TOPICS.dlq()));
    Set<String> expected = new TreeSet<>(readable);
    waiting.stream().filter(id -> !dead.contains(id)).forEach(expected::add);
    expect(faults, "stored", stored.keySet(), expected);
    stored.forEach((id, times) -> expect(faults, id + " stored times", times, 1));
    Tally books = books();
    long in = sum(books, "in.");
    long again = sum(books, "again.");
    expect(faults, "in", in, (long) sent);
    long raw = log.records(TOPICS.raw()).size();
    expect(faults, "in + again + repeat", in + again + sum(books, "repeat."), raw);
    long decided = sum(books, "out.") + sum(books, "aside.") + sum(books, "retry.");
    expect(faults, "out + aside + retry", decided, in + again);
    expect(faults, "retry", sum(books, "retry."), again);
    expect(faults, "out", sum(books, "out."), (long) stored.size());
    expect(faults, "aside", sum(books, "aside."), (long) dead.size());
    return faults;
  }

  private static void expect(List<String> faults, String what, Object found, Object expected) {
    if (!found.equals(expected)) {
      faults.add(what + ": " + found + " instead of " + expected);
    }
  }

  /// Reads the enriched topic as a store does: an offset seen before is a repeat.
  private Map<String, Integer> stored() {
    Map<String, Integer> stored = new HashMap<>();
    Map<Integer, Long> highest = new HashMap<>();
    for (LogRecord record : log.records(TOPICS.enriched())) {
      EventHeader.Decoded decoded = LogRecords.event(record);
      int partition = record.position().partition().number();
      if (decoded.rawOffset() > highest.getOrDefault(partition, -1L)) {
        highest.put(partition, decoded.rawOffset());
        Event event = decoded.event();
        stored.merge(event.device() + " " + event.id(), 1, Integer::sum);
      }
    }
    return stored;
  }

  private static Set<String> idsOf(List<LogRecord> records) {
    Set<String> ids = new HashSet<>();
    for (LogRecord record : records) {
      ids.add(record.key() + " " + record.headers().text(HeaderNames.EVENT_ID).orElseThrow());
    }
    return ids;
  }

  private Tally books() {
    Tally books = new Tally();
    for (Committed committed : log.committed(Groups.PIPELINE).values()) {
      books.add(Tally.parse(committed.note()));
    }
    return books;
  }

  private static long sum(Tally books, String prefix) {
    return books.counts().entrySet().stream()
        .filter(count -> count.getKey().startsWith(prefix))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  @Override
  public void close() {
    worker.close();
    relaySubscription.close();
    log.close();
  }
}
