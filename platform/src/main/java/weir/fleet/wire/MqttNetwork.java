package weir.fleet.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The MQTT side of a fleet: a few event loops that carry the connections of all its devices.
///
/// Limits: two threads, 128 connections in the making at one time, 10 s for each to be made.
public final class MqttNetwork implements AutoCloseable {

  private static final int THREADS = 2;
  private static final int CONNECTING_MAX = 128;
  private static final int CONNECT_MILLIS_MAX = 10_000;

  private final String host;
  private final int port;
  private final EventLoopGroup loops;
  private final Class<? extends Channel> channelType;
  private final Turnstile turnstile = new Turnstile(CONNECTING_MAX);

  public MqttNetwork(String host, int port) {
    this.host = host;
    this.port = port;
    DefaultThreadFactory threads = new DefaultThreadFactory("fleet-mqtt", true);
    if (Epoll.isAvailable()) {
      this.loops = new MultiThreadIoEventLoopGroup(THREADS, threads, EpollIoHandler.newFactory());
      this.channelType = EpollSocketChannel.class;
    } else {
      this.loops = new MultiThreadIoEventLoopGroup(THREADS, threads, NioIoHandler.newFactory());
      this.channelType = NioSocketChannel.class;
    }
  }

  /// A line for one device; it connects at once and stays connected.
  public Line line(String clientId, Optional<Login> login, Receipts receipts, Inbox inbox) {
    MqttLine line = new MqttLine(this, loops.next(), clientId, login, receipts, inbox);
    line.connect();
    return line;
  }

  Turnstile turnstile() {
    return turnstile;
  }

  ChannelFuture connect(EventLoop loop, ChannelHandler handler) {
    return new Bootstrap()
        .group(loop)
        .channel(channelType)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(handler)
        .connect(host, port);
  }

  @Override
  public void close() {
    loops.shutdownGracefully(50, 5_000, TimeUnit.MILLISECONDS).awaitUninterruptibly(6_000);
  }
}
