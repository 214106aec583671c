package weir.app.watch;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/// Processor, memory and disk of the machine, or of the container, that the process runs on.
public final class Machine {

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final Path LINUX_MEMORY = Path.of("/proc/meminfo");

  private final Path dataDir;

  /// @param dataDir the disk that matters
  public Machine(Path dataDir) {
    this.dataDir = dataDir;
  }

  /// What there is of something, and how much of it nobody uses, in bytes.
  public record Room(long total, long free) {
    public long used() {
      return total - free;
    }

    public double percent() {
      return total == 0 ? 0 : 100.0 * used() / total;
    }
  }

  /// How busy all processors together have been since the question before.
  public double processorPercent() {
    return Math.max(0, SYSTEM.getCpuLoad()) * 100;
  }

  /// How busy the processors were with this process, of all of them.
  public double processPercent() {
    return Math.max(0, SYSTEM.getProcessCpuLoad()) * 100;
  }

  public int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  /// Memory that programs could still have, caches of the system included.
  public Room memory() {
    return new Room(
        SYSTEM.getTotalMemorySize(),
        linux(LINUX_MEMORY, "MemAvailable:", SYSTEM.getFreeMemorySize()));
  }

  /// Memory that this process has of the machine.
  public long processBytes() {
    Runtime runtime = Runtime.getRuntime();
    return linux(Path.of("/proc/self/status"), "VmRSS:", runtime.totalMemory());
  }

  /// A line such as `MemAvailable:  123 kB`, in bytes.
  private static long linux(Path file, String name, long otherwise) {
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> line.startsWith(name))
          .findFirst()
          .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1_024)
          .orElse(otherwise);
    } catch (IOException notLinux) {
      return otherwise;
    }
  }

  public Room disk() {
    try {
      FileStore store = Files.getFileStore(dataDir);
      return new Room(store.getTotalSpace(), store.getUsableSpace());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at the disk of " + dataDir, e);
    }
  }
}
