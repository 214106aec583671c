package weir.series;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import weir.device.DatabaseSettings;
import weir.device.DeviceId;
import weir.device.SqlEngine;
import weir.event.Event;
import weir.event.EventId;
import weir.event.Reading;
import weir.series.questdb.QuestDbSettings;
import weir.series.questdb.QuestDbStore;
import weir.series.sql.SqlStore;

/// Measures a store alone, by hand: `java … StoreMeasurement PLACE EVENTS BATCH [RATE]`, where the
/// place is a folder, a `.db` file or a `postgresql://` URL. Events
/// have three readings and 300 bytes of JSON, of 5,000 devices, up to 20 ms late. With a rate it
/// measures how long after the write an event can be queried.
final class StoreMeasurement {

  private static final int DEVICES = 5_000;

  private StoreMeasurement() {}

  public static void main(String[] arguments) throws IOException {
    int events = Integer.parseInt(arguments[1]);
    int batch = Integer.parseInt(arguments[2]);
    int rate = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 0;
    long opened = System.nanoTime();
    try (SeriesStore store = open(arguments[0])) {
      System.out.printf("open %d ms, idle %s%n", millisSince(opened), memory());
      if (rate == 0) {
        load(store, events, batch);
      } else {
        pace(store, events, rate);
      }
      query(store);
      System.out.printf("memory %s%n", memory());
    }
  }

  private static SeriesStore open(String place) {
    InstantSource clock = InstantSource.system();
    Function<String, Duration> retention = type -> Duration.ofDays(30);
    StoreLimits limits = StoreLimits.defaults();
    if (place.startsWith("postgresql:")) {
      SqlEngine engine = SqlEngine.postgres(DatabaseSettings.at(place));
      return new SqlStore(engine, limits, clock, retention);
    }
    Path path = Path.of(place);
    return place.endsWith(".db")
        ? new SqlStore(SqlEngine.sqlite(path), limits, clock, retention)
        : new QuestDbStore(QuestDbSettings.in(path), limits, clock, retention);
  }

  private static void load(SeriesStore store, int events, int batch) {
    Random random = new Random(1);
    Instant start = Instant.now().minusSeconds(3_600);
    long cpu = cpuNanos();
    long making = 0;
    long began = System.nanoTime();
    for (int done = 0; done < events; done += batch) {
      long making0 = cpuOfThread();
      List<Event> some = make(start, done, batch, random);
      making += cpuOfThread() - making0;
      store.write(some);
    }
    double written = (System.nanoTime() - began) / 1e9;
    if (!store.awaitQueryable(Duration.ofMinutes(5))) {
      System.out.println("NOT APPLIED");
    }
    double applied = (System.nanoTime() - began) / 1e9;
    double cpuSeconds = (cpuNanos() - cpu - making) / 1e9;
    System.out.printf(
        "%d events, batches of %d: written %.0f/s, queryable %.0f/s, %.2f CPU-s per million%n",
        events, batch, events / written, events / applied, cpuSeconds / events * 1e6);
  }

  private static List<Event> make(Instant start, int from, int count, Random random) {
    String padding = "x".repeat(180);
    List<Event> events = new ArrayList<>(count);
    for (int i = from; i < from + count; i++) {
      Instant time = start.plusNanos(i * 25_000L - random.nextInt(20_000_000));
      String device = "device-" + i % DEVICES;
      String json =
          "{\"device_id\":\""
              + device
              + "\",\"temperature\":21.5,\"humidity\":60.25,"
              + "\"pressure\":1013.25,\"timestamp\":\""
              + time
              + "\",\"p\":\""
              + padding
              + "\"}";
      events.add(
          new Event(
              EventId.fresh(InstantSource.system()),
              new DeviceId(device),
              "environmental_sensor",
              "http",
              "telemetry",
              time,
              time.plusMillis(3),
              List.of(
                  new Reading.Numeric("temperature", 20 + random.nextDouble(), "°C"),
                  new Reading.Numeric("humidity", 60 + random.nextDouble(), "%"),
                  new Reading.Numeric("pressure", 1013 + random.nextDouble(), "hPa")),
              json.getBytes(StandardCharsets.UTF_8)));
    }
    return events;
  }

  /// Ten batches a second; after each, how long until the store has it applied.
  private static void pace(SeriesStore store, int events, int rate) {
    Random random = new Random(1);
    int batch = rate / 10;
    List<Long> delays = new ArrayList<>();
    long next = System.nanoTime();
    long cpu = cpuNanos();
    for (int done = 0; done < events; done += batch) {
      List<Event> some = make(Instant.now(), 0, batch, random);
      long wrote = System.nanoTime();
      store.write(some);
      store.awaitQueryable(Duration.ofSeconds(10));
      delays.add((System.nanoTime() - wrote) / 1_000_000);
      next += 100_000_000L;
      LockSupport.parkNanos(next - System.nanoTime());
    }
    long[] sorted = delays.stream().mapToLong(Long::longValue).sorted().toArray();
    System.out.printf(
        "%d/s: write to queryable p50 %d p99 %d max %d ms, %.1f CPU-s per million%n",
        rate,
        sorted[sorted.length / 2],
        sorted[(int) (sorted.length * 0.99)],
        sorted[sorted.length - 1],
        (cpuNanos() - cpu) / 1e9 / events * 1e6);
  }

  private static void query(SeriesStore store) {
    for (int round = 0; round < 3; round++) {
      long began = System.nanoTime();
      int latest = store.latest(new DeviceId("device-17")).size();
      long latestMillis = millisSince(began);
      began = System.nanoTime();
      int page = store.events(EventQuery.newest(50)).events().size();
      long pageMillis = millisSince(began);
      began = System.nanoTime();
      int own =
          store.events(EventQuery.newest(50).ofDevice(new DeviceId("device-17"))).events().size();
      System.out.printf(
          "latest %d in %d ms, newest %d in %d ms, newest of a device %d in %d ms%n",
          latest, latestMillis, page, pageMillis, own, millisSince(began));
    }
    System.out.printf("events %d%n", store.eventCount());
  }

  private static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }

  private static String memory() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS") || line.startsWith("VmHWM"))
        .map(line -> String.join(" ", Arrays.asList(line.split("\\s+"))))
        .toList()
        .toString();
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static long cpuOfThread() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
