package weir.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import weir.event.EventId;
import weir.event.HeaderNames;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.EventLog.Subscription;
import weir.log.Headers;
import weir.log.Patience;
import weir.log.Topic;
import weir.log.TopicSpec;
import weir.log.kafka.EmbeddedBroker;
import weir.log.kafka.KafkaLog;
import weir.log.kafka.KafkaSettings;

/// Measures the log alone: records of about 300 bytes with the doors' headers are appended to the
/// embedded broker, then read by a group. Prints rates and CPU seconds per million records,
/// those of the broker included.
///
/// Arguments: records, records in flight, compression, linger in milliseconds, records a second (0:
/// as many as fit), data folder.
final class LogAppends {

  private static final Topic TOPIC = new Topic("iot.raw");
  private static final int DEVICES = 5_000;

  private final EventLog log;
  private final int records;
  private final int inFlightMax;
  private final int rate;
  private final LatencyHistogram latency = new LatencyHistogram();
  private final List<byte[]> values = new ArrayList<>(DEVICES);

  private LogAppends(EventLog log, int records, int inFlightMax, int rate) {
    this.log = log;
    this.records = records;
    this.inFlightMax = inFlightMax;
    this.rate = rate;
    Random random = new Random(1);
    for (int device = 0; device < DEVICES; device++) {
      values.add(value(random, device));
    }
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int records = Integer.parseInt(arguments[0]);
    int inFlightMax = Integer.parseInt(arguments[1]);
    KafkaSettings settings =
        settings(arguments[2], Duration.ofMillis(Long.parseLong(arguments[3])));
    try (EmbeddedBroker broker = new EmbeddedBroker(Path.of(arguments[5]), settings);
        KafkaLog log = new KafkaLog(broker, settings, Patience.PROMPT)) {
      log.create(List.of(new TopicSpec(TOPIC, 4, TopicSpec.Cleanup.DELETE, Duration.ofDays(1))));
      LogAppends bench = new LogAppends(log, records, inFlightMax, Integer.parseInt(arguments[4]));
      bench.append("warm-up");
      bench.append("append");
      bench.read();
      bench.printMemory(Path.of(arguments[5]));
    }
  }

  /// The standard settings on a free port, besides these.
  static KafkaSettings settings(String compression, Duration linger) {
    KafkaSettings defaults = KafkaSettings.defaults();
    return new KafkaSettings(
        0,
        defaults.bootstrapServers(),
        defaults.clientProperties(),
        defaults.partitions(),
        defaults.replicationFactor(),
        defaults.retention(),
        defaults.retentionBytes(),
        defaults.segmentBytes(),
        defaults.diskReserveBytes(),
        defaults.recordBytesMax(),
        defaults.bufferBytes(),
        linger,
        KafkaSettings.Compression.valueOf(compression.toUpperCase(Locale.ROOT)));
  }

  private void append(String name) throws InterruptedException {
    Semaphore room = new Semaphore(inFlightMax);
    latency.reset();
    long began = System.nanoTime();
    long cpu = cpuNanos();
    for (int i = 0; i < records; i++) {
      pace(began, i);
      room.acquire();
      long sent = System.nanoTime();
      log.append(
          entry(i),
          (position, failure) -> {
            latency.record(System.nanoTime() - sent);
            room.release();
          });
    }
    room.acquire(inFlightMax);
    print(name, records, System.nanoTime() - began, cpuNanos() - cpu);
    System.out.printf(
        Locale.ROOT,
        "         p50 %.2f ms, p99 %.2f ms%n",
        latency.millis(0.5),
        latency.millis(0.99));
  }

  /// Waits until it is the turn of a record, in steps of about a millisecond as sockets deliver.
  private void pace(long began, int number) {
    if (rate == 0) {
      return;
    }
    long due = began + number * 1_000_000_000L / rate;
    while (System.nanoTime() < due) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private Entry entry(int number) {
    int device = number % DEVICES;
    Headers headers =
        new Headers()
            .add(HeaderNames.EVENT_ID, EventId.fresh(InstantSource.system()).value())
            .add(HeaderNames.DOOR, "mqtt")
            .add(HeaderNames.PATH, "iot/raw")
            .add(HeaderNames.QOS, "1");
    return new Entry(
        TOPIC,
        Entry.BY_KEY,
        "sensor-" + device,
        System.currentTimeMillis(),
        values.get(device),
        headers);
  }

  /// Made beforehand, so that making them is not measured.
  private static byte[] value(Random random, int device) {
    return """
        {"device_id":"sensor-%d","device_type":"environmental_sensor","sequence":%d,\
        "timestamp":"2026-01-01T00:00:00.000Z","measurements":{"temperature":%.2f,\
        "humidity":%.2f,"pressure":%.2f},"status":"ok","battery":%d,"firmware":"2.4.1",\
        "location":{"building":"north","floor":3,"room":"3.14"},"signal":-%d}"""
        .formatted(
            device,
            random.nextInt(1_000_000),
            random.nextDouble(30),
            random.nextDouble(100),
            random.nextDouble(980, 1_030),
            random.nextInt(100),
            random.nextInt(90))
        .getBytes(UTF_8);
  }

  private void read() {
    try (Subscription member = log.join("bench", Set.of(TOPIC))) {
      while (member.poll(Duration.ofSeconds(1)).isEmpty()) {
        // The first batch tells that the group has its partitions.
      }
      long began = System.nanoTime();
      long cpu = cpuNanos();
      int read = 0;
      while (read < records) {
        read += member.poll(Duration.ofSeconds(1)).size();
      }
      print("read", read, System.nanoTime() - began, cpuNanos() - cpu);
    }
  }

  private static void print(String name, int count, long nanos, long cpuNanos) {
    System.out.printf(
        Locale.ROOT,
        "%-8s %,10d records/s %6.2f CPU-s per million%n",
        name,
        (long) (count * 1e9 / nanos),
        cpuNanos / 1e3 / count);
  }

  private void printMemory(Path folder) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS")) {
        System.out.println(line);
      }
    }
    try (var files = Files.walk(folder)) {
      long bytes =
          files
              .filter(file -> file.toString().endsWith(".log"))
              .mapToLong(file -> file.toFile().length())
              .sum();
      System.out.printf(Locale.ROOT, "disk     %,10d bytes per record%n", bytes / (2L * records));
    }
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}
