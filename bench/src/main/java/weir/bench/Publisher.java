package weir.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One device's connection: publishes within its window and times the acknowledgements. Everything
/// but the counters runs on the connection's event loop.
final class Publisher {

  private static final int CONNACK_BYTES = 4;
  private static final int PUBACK_BYTES = 4;
  private static final int PUBACK = 0x40;

  private final String device;
  private final int window;
  private final LatencyHistogram latency;
  private final MeterMessages messages;
  private final long[] sentAt;
  private final CountDownLatch admitted = new CountDownLatch(1);
  private @Nullable Channel channel;
  private volatile long sent;
  private volatile long acknowledged;
  private boolean dirty;

  Publisher(String device, int window, LatencyHistogram latency) {
    this.device = device;
    this.window = window;
    this.latency = latency;
    this.messages = new MeterMessages(device);
    this.sentAt = new long[window];
  }

  void attach(Channel connected) {
    channel = connected;
    connected.pipeline().addLast(new Answers());
    byte[] id = device.getBytes(StandardCharsets.US_ASCII);
    ByteBuf connect = Unpooled.buffer(16 + id.length);
    connect.writeByte(0x10).writeByte(12 + id.length);
    connect.writeShort(4).writeBytes("MQTT".getBytes(StandardCharsets.US_ASCII));
    connect.writeByte(4).writeByte(2).writeShort(60);
    connect.writeShort(id.length).writeBytes(id);
    ChannelFuture _ = connected.writeAndFlush(connect);
  }

  void awaitAdmitted(Duration deadline) throws InterruptedException {
    if (!admitted.await(deadline.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(device + " was not admitted in time");
    }
  }

  /// Writes one message, without flushing; false when the window is full.
  @SuppressWarnings("NonAtomicVolatileUpdate") // Written by the event loop alone.
  boolean publish(byte[] time) {
    Channel open = channel;
    if (open == null || sent - acknowledged >= window || !open.isWritable()) {
      return false;
    }
    int slot = (int) (sent % window);
    byte[] packet = messages.next(slot + 1, time);
    sentAt[slot] = System.nanoTime();
    ChannelFuture _ =
        open.write(open.alloc().buffer(packet.length).writeBytes(packet), open.voidPromise());
    sent++;
    dirty = true;
    return true;
  }

  /// Writes as much as the window holds.
  void fill(byte[] time) {
    while (publish(time)) {
      dirty = true;
    }
    flush();
  }

  void flush() {
    if (dirty && channel != null) {
      channel.flush();
      dirty = false;
    }
  }

  long sent() {
    return sent;
  }

  long acknowledged() {
    return acknowledged;
  }

  void close() {
    if (channel != null) {
      ChannelFuture _ = channel.close();
    }
  }

  /// Reads CONNACK, then PUBACKs, which come in the order of the messages.
  private final class Answers extends ChannelInboundHandlerAdapter {

    private @Nullable ByteBuf rest;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf in = (ByteBuf) message;
      if (rest != null) {
        in = Unpooled.wrappedBuffer(rest, in);
        rest = null;
      }
      if (admitted.getCount() > 0 && in.readableBytes() >= CONNACK_BYTES) {
        in.skipBytes(CONNACK_BYTES);
        admitted.countDown();
      }
      long now = System.nanoTime();
      while (in.readableBytes() >= PUBACK_BYTES) {
        take(in, now);
      }
      if (in.isReadable()) {
        rest = in;
      } else {
        in.release();
      }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // Written by the event loop alone.
    private void take(ByteBuf in, long now) {
      if ((in.readByte() & 0xF0) != PUBACK) {
        throw new IllegalStateException(device + " got another packet than PUBACK");
      }
      in.skipBytes(1);
      int slot = in.readUnsignedShort() - 1;
      latency.record(now - sentAt[slot]);
      acknowledged++;
    }
  }
}
