package weir.pipeline;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import weir.device.DecodingParameter;
import weir.device.Device;
import weir.device.DeviceId;
import weir.device.DeviceType;
import weir.device.Directory;
import weir.device.FirstContact;
import weir.device.Retention;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Position;
import weir.log.Topic;

/// Times the pure part of the pipeline on one thread: a raw record to the bytes of the
/// enriched event and its header. Prints nanoseconds and bytes of garbage a message, and
/// messages a second.
public final class DecodeBench {

  private static final int DEVICES = 5_000;
  private static final int MESSAGES = 1_000_000;
  private static final int ROUNDS = 6;

  private static final String THREE =
      "{\"device_id\":\"%s\",\"device_type\":\"bench\",\"timestamp\":\"2026-06-01T11:59:59.123456Z\","
          + "\"event_type\":\"telemetry\",\"sequence\":10000000,\"measurements\":{"
          + "\"energy\":{\"value\":48211.75,\"unit\":\"kWh\"},"
          + "\"demand\":{\"value\":1000.25,\"unit\":\"kW\"},"
          + "\"power_factor\":{\"value\":0.94,\"unit\":\"\"}}}";

  private static final String MANY =
      "{\"device_id\":\"%s\",\"device_type\":\"bench\",\"timestamp\":\"2026-06-01T11:59:59.123456Z\","
          + "\"event_type\":\"telemetry\",\"measurements\":{"
          + "\"voltage\":{\"phase_a\":117.27,\"phase_b\":112.34,\"phase_c\":114.52,\"unit\":\"V\"},"
          + "\"current\":{\"phase_a\":69.94,\"phase_b\":33.83,\"phase_c\":54.86,\"unit\":\"A\"},"
          + "\"power\":{\"active\":5775.99,\"reactive\":1945.16,\"apparent\":6094.73,"
          + "\"factor\":0.948,\"unit\":\"W\"},"
          + "\"frequency\":{\"value\":59.28,\"unit\":\"Hz\"},"
          + "\"temperature\":{\"value\":34.92,\"unit\":\"°C\"},"
          + "\"status\":{\"breaker\":1,\"position\":1,\"communication\":1},"
          + "\"protection\":{\"trip_count\":5,\"ground_fault_current\":0.0,"
          + "\"arc_fault_detected\":false},"
          + "\"operational\":{\"load_percentage\":48.1,\"operating_hours\":982.8,"
          + "\"maintenance_due\":true}}}";

  private DecodeBench() {}

  public static void main(String[] arguments) {
    run("three measurements", "iot/%s/raw", THREE);
    run("21 measurements", "iot/%s/raw", MANY);
  }

  private static void run(String name, String topic, String payload) {
    List<LogRecord> records = records(topic, payload);
    Bench bench = new Bench();
    for (int round = 1; round <= ROUNDS; round++) {
      long garbageBefore = garbage();
      long start = cpuNanos();
      long bytes = 0;
      for (int i = 0; i < MESSAGES; i++) {
        bytes += bench.once(records.get(i % DEVICES));
      }
      long nanos = (cpuNanos() - start) / MESSAGES;
      System.out.printf(
          Locale.ROOT,
          "%s, round %d: %d ns a message, %,d messages/s, %d bytes of garbage, %d bytes out%n",
          name,
          round,
          nanos,
          1_000_000_000L / Math.max(nanos, 1),
          (garbage() - garbageBefore) / MESSAGES,
          bytes / MESSAGES);
    }
  }

  /// Time on the processor, so that other work on the machine does not count.
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long garbage() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }

  private static List<LogRecord> records(String topic, String payload) {
    List<LogRecord> records = new ArrayList<>();
    Partition partition = new Partition(new Topic("iot.raw"), 0);
    for (int i = 0; i < DEVICES; i++) {
      String device = "meter-" + i;
      Headers headers =
          new Headers()
              .add(HeaderNames.EVENT_ID, "0197a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
              .add(HeaderNames.DOOR, "mqtt")
              .add(HeaderNames.PATH, topic.formatted(device))
              .add(HeaderNames.QOS, "1");
      records.add(
          new LogRecord(
              new Position(partition, i),
              device,
              Instant.parse("2026-06-01T12:00:00Z").toEpochMilli(),
              payload.formatted(device).getBytes(StandardCharsets.UTF_8),
              headers));
    }
    return records;
  }

  private static final class Bench {

    private final Decoding decoding;
    private final Enricher enricher;

    Bench() {
      Directory directory = new OneType();
      PipelineSettings settings = PipelineSettings.defaults();
      decoding =
          new Decoding(Dialects.builtIn(), directory, settings, new NewTypes(directory, settings));
      enricher = new Enricher(directory, Applications.none());
      enricher.start(InstantSource.system().instant());
    }

    int once(LogRecord record) {
      RawRecord raw = RawRecord.of(record);
      if (decoding.decode(raw.message()) instanceof Outcome.Decoded decoded) {
        byte[] value = enricher.enrich(decoded);
        return value.length + EventHeader.encode(decoded.event(), raw.offset()).length;
      }
      throw new IllegalStateException("not decoded");
    }
  }

  /// Knows every device.
  private static final class OneType implements Directory {

    private final DeviceType type =
        new DeviceType(
            "bench",
            "Bench",
            "A device that only exists to be measured",
            "bench",
            List.of("power_monitoring", "voltage_monitoring"),
            "json",
            "5_seconds",
            Retention.UNLIMITED,
            Map.of(),
            List.of(),
            List.of(),
            Map.of(),
            Instant.EPOCH,
            Instant.EPOCH,
            1);
    private final Map<DeviceId, Device> devices = new ConcurrentHashMap<>();

    @Override
    public Optional<Device> device(DeviceId id) {
      return Optional.of(devices.computeIfAbsent(id, this::made));
    }

    private Device made(DeviceId id) {
      return new Device(
          id,
          "bench",
          "",
          null,
          null,
          null,
          null,
          true,
          null,
          null,
          null,
          Map.of(),
          Instant.EPOCH,
          Instant.EPOCH,
          1);
    }

    @Override
    public Optional<DeviceType> type(String name) {
      return Optional.of(type);
    }

    @Override
    public Optional<DecodingParameter> parameter(
        DeviceId device, String mode, String componentType, @Nullable String componentId) {
      return Optional.empty();
    }

    @Override
    public Map<DeviceId, Device> firstContacts(Collection<FirstContact> contacts) {
      return Map.of();
    }

    @Override
    public DeviceType registerType(String name) {
      return type;
    }

    @Override
    public void prefetch(Collection<DeviceId> ids) {}

    @Override
    public long generation() {
      return 0;
    }
  }
}
