package weir.ingest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;

/// Keeps one device from taking the share of all others: a token bucket for each device that was
/// heard in the last minutes.
///
/// A bucket is one number, the time at which it will be empty (the generic cell rate algorithm), so
/// it costs one compare-and-set. Safe for use by many threads; never blocks.
public final class DeviceQuota {

  private static final long DEVICES_MAX = 200_000;

  private final Cache<DeviceId, AtomicLong> emptyAt;
  private final LongSupplier nanos;
  private final long nanosPerMessage;
  private final long burstNanos;

  /// @param messagesPerSecond the lasting rate of one device; 0 switches the quota off
  /// @param burst how many messages may come at once
  /// @param nanos a clock that only goes forward, such as `System::nanoTime`
  public DeviceQuota(int messagesPerSecond, int burst, LongSupplier nanos) {
    this.nanos = nanos;
    this.nanosPerMessage = messagesPerSecond == 0 ? 0 : 1_000_000_000L / messagesPerSecond;
    this.burstNanos = nanosPerMessage * burst;
    this.emptyAt =
        Caffeine.newBuilder()
            .maximumSize(DEVICES_MAX)
            .expireAfterAccess(Duration.ofMinutes(10))
            .build();
  }

  /// No limit.
  public static DeviceQuota unlimited() {
    return new DeviceQuota(0, 1, () -> 0);
  }

  /// Takes the share of so many messages; false, and nothing taken, when not all are left.
  public boolean take(DeviceId device, int messages) {
    if (nanosPerMessage == 0) {
      return true;
    }
    long now = nanos.getAsLong();
    AtomicLong bucket = emptyAt.get(device, fresh -> new AtomicLong(now));
    while (true) {
      long before = bucket.get();
      long after = Math.max(before, now) + nanosPerMessage * messages;
      if (after - now > burstNanos) {
        return false;
      }
      if (bucket.compareAndSet(before, after)) {
        return true;
      }
    }
  }

  /// Takes the shares of several devices, all or none. Returns whose is used up; null when all
  /// could be taken.
  public @Nullable DeviceId take(Map<DeviceId, Integer> messages) {
    List<DeviceId> taken = new ArrayList<>(messages.size());
    for (Map.Entry<DeviceId, Integer> each : messages.entrySet()) {
      if (!take(each.getKey(), each.getValue())) {
        taken.forEach(device -> giveBack(device, messages.getOrDefault(device, 0)));
        return each.getKey();
      }
      taken.add(each.getKey());
    }
    return null;
  }

  private void giveBack(DeviceId device, int messages) {
    AtomicLong bucket = emptyAt.getIfPresent(device);
    if (bucket != null) {
      long _ = bucket.addAndGet(-nanosPerMessage * messages);
    }
  }
}
