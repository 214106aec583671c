package weir.bench;

import com.sun.management.OperatingSystemMXBean;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Publishes like a fleet of smart meters, QoS 1 over MQTT 3.1.1, one connection each, at a fixed
/// rate or as fast as acknowledged, with as little processor time as it can: packets are made once
/// and patched, and written many at a time.
final class LoadGenerator implements AutoCloseable {

  private static final long TICK_MILLIS = 5;
  private static final int CONNECTS_AT_ONCE = 200;

  private final LoadOptions options;
  private final EventLoopGroup loop =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final LatencyHistogram latency = new LatencyHistogram();
  private final List<Publisher> publishers = new ArrayList<>();
  private long startedAt;
  private long due;
  private long handedOut;
  private int next;
  private volatile boolean running;

  LoadGenerator(LoadOptions options) {
    this.options = options;
  }

  /// Connects every device; returns when all are admitted.
  void connect() throws InterruptedException {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(EpollSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {}
                });
    for (int first = 0; first < options.devices(); first += CONNECTS_AT_ONCE) {
      List<Publisher> batch = new ArrayList<>();
      int end = Math.min(options.devices(), first + CONNECTS_AT_ONCE);
      for (int i = first; i < end; i++) {
        Publisher publisher = new Publisher("bench-%05d".formatted(i), options.window(), latency);
        ChannelFuture connected = bootstrap.connect(options.host(), options.port()).sync();
        publisher.attach(connected.channel());
        batch.add(publisher);
      }
      for (Publisher publisher : batch) {
        publisher.awaitAdmitted(Duration.ofSeconds(20));
      }
      publishers.addAll(batch);
    }
  }

  /// Publishes for the warm-up and the measured time, then waits for what is unacknowledged.
  LoadResult run() throws InterruptedException {
    running = true;
    startedAt = System.nanoTime();
    var ticks = loop.next().scheduleAtFixedRate(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    LockSupport.parkNanos(options.warmUp().toNanos());
    latency.reset();
    long sentBefore = sum(Publisher::sent);
    long acknowledgedBefore = sum(Publisher::acknowledged);
    long cpuBefore = cpuNanos();
    long measuredFrom = System.nanoTime();
    LockSupport.parkNanos(options.duration().toNanos());
    double seconds = (System.nanoTime() - measuredFrom) / 1e9;
    double cpuSeconds = (cpuNanos() - cpuBefore) / 1e9;
    long sent = sum(Publisher::sent) - sentBefore;
    long acknowledged = sum(Publisher::acknowledged) - acknowledgedBefore;
    double p50 = latency.millis(0.50);
    double p99 = latency.millis(0.99);
    running = false;
    ticks.cancel(false);
    awaitAcknowledgements();
    return new LoadResult(
        sent, acknowledged, seconds, p50, p99, cpuSeconds, sum(Publisher::acknowledged));
  }

  private void awaitAcknowledgements() {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (sum(Publisher::sent) > sum(Publisher::acknowledged) && System.nanoTime() < deadline) {
      LockSupport.parkNanos(10_000_000);
    }
  }

  /// Runs on the loop: hands out what is due since the last tick, device after device.
  private void tick() {
    if (!running) {
      return;
    }
    byte[] time = MeterMessages.time(java.time.Instant.now());
    if (options.rate() == 0) {
      publishers.forEach(publisher -> publisher.fill(time));
      return;
    }
    due = (System.nanoTime() - startedAt) * options.rate() / 1_000_000_000L;
    int full = 0;
    while (handedOut < due && full < publishers.size()) {
      Publisher publisher = publishers.get(next);
      next = next + 1 == publishers.size() ? 0 : next + 1;
      if (publisher.publish(time)) {
        handedOut++;
        full = 0;
      } else {
        full++;
      }
    }
    publishers.forEach(Publisher::flush);
  }

  private long sum(java.util.function.ToLongFunction<Publisher> count) {
    return publishers.stream().mapToLong(count).sum();
  }

  private static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  @Override
  public void close() {
    publishers.forEach(Publisher::close);
    loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
