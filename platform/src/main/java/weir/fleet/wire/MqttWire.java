package weir.fleet.wire;

import static weir.fleet.wire.MqttLine.forget;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubAckMessage;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One socket of an [MqttLine]: reads what the platform answers, keeps the connection alive, and
/// gives it up when nothing was heard for 90 s.
final class MqttWire extends SimpleChannelInboundHandler<MqttMessage> {

  private static final Logger LOG = LoggerFactory.getLogger(MqttWire.class);
  private static final int PACKET_BYTES_MAX = 65_536;
  private static final int SILENT_SECONDS_MAX = 90;
  private static final int PING_SECONDS = 45;
  private static final int RECEIVE_MAXIMUM_DEFAULT = 65_535;

  private final MqttLine line;

  MqttWire(MqttLine line) {
    this.line = line;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ChannelPipeline pipeline = context.pipeline();
    String self = context.name();
    pipeline.addBefore(self, "decoder", new MqttDecoder(PACKET_BYTES_MAX));
    pipeline.addBefore(self, "encoder", MqttEncoder.INSTANCE);
    pipeline.addBefore(self, "idle", new IdleStateHandler(SILENT_SECONDS_MAX, PING_SECONDS, 0));
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    line.greet(context.channel());
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    line.lost();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, MqttMessage message) {
    switch (message) {
      case MqttConnAckMessage answer -> welcome(context, answer);
      case MqttPubAckMessage answer -> answered(answer.variableHeader());
      case MqttSubAckMessage granted -> line.subscribed();
      case MqttPublishMessage publish -> heard(context, publish);
      default -> ignore(context, message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    line.pump();
  }

  private void welcome(ChannelHandlerContext context, MqttConnAckMessage answer) {
    MqttConnectReturnCode code = answer.variableHeader().connectReturnCode();
    switch (code) {
      case CONNECTION_ACCEPTED -> line.welcomed(receiveMaximum(answer));
      case CONNECTION_REFUSED_NOT_AUTHORIZED,
          CONNECTION_REFUSED_NOT_AUTHORIZED_5,
          CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD,
          CONNECTION_REFUSED_BAD_USERNAME_OR_PASSWORD,
          CONNECTION_REFUSED_CLIENT_IDENTIFIER_NOT_VALID,
          CONNECTION_REFUSED_BANNED -> {
        line.denied(code.name());
        forget(context.close());
      }
      default -> forget(context.close());
    }
  }

  private static int receiveMaximum(MqttConnAckMessage answer) {
    MqttProperties.MqttProperty<?> property =
        answer.variableHeader().properties().getProperty(MqttProperties.RECEIVE_MAXIMUM);
    return property instanceof MqttProperties.IntegerProperty number
        ? number.value()
        : RECEIVE_MAXIMUM_DEFAULT;
  }

  private void answered(MqttMessageIdVariableHeader header) {
    byte reason =
        header instanceof MqttPubReplyMessageVariableHeader reply ? reply.reasonCode() : 0;
    line.answered(header.messageId(), PubAck.of(reason));
  }

  private void heard(ChannelHandlerContext context, MqttPublishMessage publish) {
    line.heard(publish.variableHeader().topicName(), ByteBufUtil.getBytes(publish.payload()));
    if (publish.fixedHeader().qosLevel() == MqttQoS.AT_LEAST_ONCE) {
      MqttMessage answer =
          MqttMessageBuilders.pubAck().packetId(publish.variableHeader().packetId()).build();
      forget(context.writeAndFlush(answer, context.voidPromise()));
    }
  }

  private static void ignore(ChannelHandlerContext context, MqttMessage message) {
    if (message.decoderResult().isFailure()) {
      forget(context.close());
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof IdleStateEvent idle) {
      if (idle.state() == IdleState.READER_IDLE) {
        forget(context.close());
      } else {
        forget(context.writeAndFlush(MqttMessage.PINGREQ, context.voidPromise()));
      }
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.warn("fleet connection failed", cause);
    }
    forget(context.close());
  }
}
