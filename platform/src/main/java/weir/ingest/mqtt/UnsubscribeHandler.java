package weir.ingest.mqtt;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import weir.ingest.mqtt.packet.ReasonCode;
import weir.ingest.mqtt.packet.Unsubscribe;

/// UNSUBSCRIBE (section 3.10).
final class UnsubscribeHandler {

  private final SubscriptionTree tree;

  UnsubscribeHandler(SubscriptionTree tree) {
    this.tree = tree;
  }

  void handle(Connection connection, Stage.Active active, ByteBuf in) {
    Unsubscribe packet = Unsubscribe.read(in, connection.version());
    List<ReasonCode> answers = new ArrayList<>();
    for (String filter : packet.filters()) {
      Subscription removed = active.session().removeSubscription(filter);
      if (removed != null) {
        tree.remove(active.session(), removed.filter());
      }
      answers.add(removed == null ? ReasonCode.NO_SUBSCRIPTION_EXISTED : ReasonCode.SUCCESS);
    }
    connection.writer().unsubAck(connection.output(), packet.packetId(), answers);
  }
}
