package weir.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// MQTT inside WebSocket frames (section 6): the sub-protocol must be `mqtt`, the path is free, and
/// packets and frames need not line up.
///
/// A browser lets any page open a WebSocket to this machine, so pages of foreign origins are turned
/// away unless they are listed.
@SuppressWarnings("FutureReturnValueIgnored") // A failed write or close shows as a closed channel.
final class WebSocketFrames extends ChannelDuplexHandler {

  private static final int REQUEST_BYTES_MAX = 8 * 1024;
  private static final String PROTOCOL = "mqtt";

  private WebSocketFrames() {}

  static void addTo(ChannelPipeline pipeline, MqttSettings settings) {
    WebSocketServerProtocolConfig config =
        WebSocketServerProtocolConfig.newBuilder()
            .websocketPath("/")
            .checkStartsWith(true)
            .subprotocols(PROTOCOL)
            .handshakeTimeoutMillis(settings.connectTimeout().toMillis())
            .decoderConfig(
                WebSocketDecoderConfig.newBuilder()
                    .maxFramePayloadLength(settings.packetBytesMax())
                    .build())
            .build();
    pipeline.addLast(new HttpServerCodec());
    pipeline.addLast(new HttpObjectAggregator(REQUEST_BYTES_MAX));
    pipeline.addLast(new Handshake(settings.websocketOrigins()));
    pipeline.addLast(new WebSocketServerProtocolHandler(config));
    pipeline.addLast(new WebSocketFrames());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof BinaryWebSocketFrame || message instanceof ContinuationWebSocketFrame) {
      ctx.fireChannelRead(((WebSocketFrame) message).content());
    } else if (message instanceof WebSocketFrame frame) {
      frame.release();
      ctx.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.INVALID_MESSAGE_TYPE))
          .addListener(ChannelFutureListener.CLOSE);
    } else {
      ctx.fireChannelRead(message);
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes && bytes.isReadable()) {
      ctx.write(new BinaryWebSocketFrame(bytes), promise);
    } else {
      ctx.write(message, promise);
    }
  }

  /// Checks the request before it becomes a WebSocket.
  private static final class Handshake extends ChannelInboundHandlerAdapter {

    private final List<String> origins;

    Handshake(List<String> origins) {
      this.origins = origins;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
      if (message instanceof FullHttpRequest request) {
        HttpResponseStatus refusal = refusal(request);
        if (refusal != null) {
          request.release();
          ctx.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, refusal))
              .addListener(ChannelFutureListener.CLOSE);
          return;
        }
        ctx.pipeline().remove(this);
      }
      super.channelRead(ctx, message);
    }

    private @Nullable HttpResponseStatus refusal(FullHttpRequest request) {
      String protocols =
          String.join(",", request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL));
      if (!List.of(protocols.toLowerCase(Locale.ROOT).split("\\s*,\\s*")).contains(PROTOCOL)) {
        return HttpResponseStatus.BAD_REQUEST;
      }
      String origin = request.headers().get(HttpHeaderNames.ORIGIN);
      return origin == null || isWelcome(origin) ? null : HttpResponseStatus.FORBIDDEN;
    }

    private boolean isWelcome(String origin) {
      if (origins.contains(origin) || origins.contains("*")) {
        return true;
      }
      try {
        String host = URI.create(origin).getHost();
        return host != null && List.of("localhost", "127.0.0.1", "[::1]").contains(host);
      } catch (IllegalArgumentException notAnOrigin) {
        return false;
      }
    }
  }
}
