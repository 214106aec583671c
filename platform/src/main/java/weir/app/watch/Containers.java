package weir.app.watch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/// What runs: this process, the parts in it, and the other processes of a shared registry. Safe for
/// use by many threads.
///
/// Parts share one memory, so only the process has that figure. The processor time of a part is
/// that of its own threads; parts on virtual threads share the carriers and have none.
public final class Containers {

  /// @param threads how the names of its threads begin
  /// @param restarts how often it was started again within this process
  private record Entry(String name, String role, List<String> threads, IntSupplier restarts) {}

  private final Machine machine;
  private final InstantSource clock;
  private final Path startsFile;
  private final Instant startedAt;
  private volatile int restarts;
  private final String roles;
  private final List<Entry> entries = new CopyOnWriteArrayList<>();
  private volatile Supplier<Map<String, Map<String, Object>>> others = Map::of;

  public Containers(Path dataDir, String roles, Machine machine, InstantSource clock) {
    this.machine = machine;
    this.clock = clock;
    this.roles = roles;
    this.startedAt = clock.instant();
    this.startsFile = dataDir.resolve("starts.txt");
  }

  /// Counts this start in a file of the data folder.
  public void started() {
    try {
      String known = Files.exists(startsFile) ? Files.readString(startsFile).strip() : "";
      restarts = known.matches("\\d{1,9}") ? Integer.parseInt(known) : 0;
      Files.writeString(startsFile, (restarts + 1) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + startsFile, e);
    }
  }

  /// Adds a part of this process.
  public void add(String name, String role, IntSupplier restarts, String... threads) {
    entries.add(new Entry(name, role, List.of(threads), restarts));
  }

  /// Lists the processes that share the work, too.
  public void add(Processes processes) {
    others = processes::others;
  }

  /// Each with its figures, by name; a part that is not well has the status `unhealthy`.
  Map<String, Map<String, Object>> list(List<Health.Part> health) {
    Map<String, Map<String, Object>> all = new LinkedHashMap<>();
    all.put("weir", process());
    Map<String, Long> nanos = threadTimes();
    for (Entry entry : entries) {
      boolean well =
          health.stream()
              .filter(part -> part.name().equals(entry.name()))
              .allMatch(Health.Part::well);
      Map<String, Object> part = common("part", entry.role(), entry.restarts().getAsInt(), well);
      if (!entry.threads().isEmpty()) {
        part.put("cpu_seconds", HealthApi.rounded(sum(nanos, entry.threads()) / 1e9));
      }
      all.put(entry.name(), part);
    }
    all.putAll(others.get());
    return all;
  }

  /// The figures of this process.
  Map<String, Object> process() {
    Map<String, Object> process = common("process", roles, restarts, true);
    process.put("pid", ProcessHandle.current().pid());
    process.put("cpu_percent", HealthApi.rounded(machine.processPercent()));
    process.put("memory_usage", machine.processBytes());
    return process;
  }

  private Map<String, Object> common(String kind, String role, int restarts, boolean well) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("kind", kind);
    figures.put("role", role);
    figures.put("status", well ? "running" : "unhealthy");
    figures.put("running", well);
    figures.put("created", startedAt.toString());
    figures.put("uptime_seconds", Duration.between(startedAt, clock.instant()).toSeconds());
    figures.put("restart_count", restarts);
    return figures;
  }

  private static long sum(Map<String, Long> nanos, List<String> prefixes) {
    return nanos.entrySet().stream()
        .filter(thread -> prefixes.stream().anyMatch(thread.getKey()::startsWith))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private static Map<String, Long> threadTimes() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    Map<String, Long> nanos = new LinkedHashMap<>();
    for (ThreadInfo info : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (info != null) { // A thread that has ended meanwhile.
        long time = Math.max(0, threads.getThreadCpuTime(info.getThreadId()));
        nanos.merge(info.getThreadName(), time, Long::sum);
      }
    }
    return nanos;
  }
}
