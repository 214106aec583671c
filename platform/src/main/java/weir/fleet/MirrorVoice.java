package weir.fleet;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import weir.event.EventId;
import weir.fleet.model.Message;
import weir.fleet.model.Order;
import weir.fleet.model.Reply;
import weir.fleet.wire.Inbox;
import weir.fleet.wire.Line;
import weir.fleet.wire.Login;
import weir.fleet.wire.MqttNetwork;
import weir.fleet.wire.Parcel;
import weir.fleet.wire.Receipts;

/// How mirrors speak: through a few connections together, as devices behind a gateway do, each
/// mirror always through the same one, so that its messages stay in order. One more connection
/// listens. What is said while [#OUTSTANDING_MAX] messages are unanswered is lost and counted.
final class MirrorVoice implements AutoCloseable {

  static final int OUTSTANDING_MAX = 50_000;

  private static final int LINES = 4;
  private static final String NAME = "mirrors-";
  private static final String EARS = "-ears";

  private final MqttNetwork network;
  private final Optional<Login> login;
  private final Inbox ears;
  private final InstantSource clock;
  private final List<Line> lines = new ArrayList<>();
  private final LongAdder sent = new LongAdder();
  private final LongAdder answered = new LongAdder();
  private final LongAdder acknowledged = new LongAdder();
  private final LongAdder discarded = new LongAdder();

  MirrorVoice(Target target, Inbox ears, InstantSource clock) {
    this.network = new MqttNetwork(target.mqttHost(), target.mqttPort());
    this.login = target.operator();
    this.ears = ears;
    this.clock = clock;
  }

  void open() {
    String name = NAME + EventId.fresh(clock);
    Receipts receipts = new Counts();
    for (int number = 0; number < LINES; number++) {
      lines.add(network.line(name + "-" + number, login, receipts, Inbox.NONE));
    }
    lines.add(network.line(name + EARS, login, receipts, ears));
  }

  static boolean areEars(String clientId) {
    return clientId.startsWith(NAME) && clientId.endsWith(EARS);
  }

  boolean isConnected() {
    return !lines.isEmpty() && lines.stream().allMatch(Line::isConnected);
  }

  void say(Mirror mirror, List<Message> messages) {
    for (Message message : messages) {
      send(mirror, message.sequence(), message.path(), message.payload());
    }
  }

  void answer(Mirror mirror, Order order, Reply reply) {
    send(mirror, 0, order.answerTopic(), order.answer(reply));
  }

  private void send(Mirror mirror, long number, String topic, byte[] payload) {
    if (sent.sum() - answered.sum() >= OUTSTANDING_MAX) {
      discarded.increment();
      return;
    }
    sent.increment();
    Parcel.Kind kind = Parcel.Kind.MESSAGE;
    EventId id = EventId.fresh(clock);
    lines
        .get(mirror.number % LINES)
        .send(new Parcel(mirror.number, number, kind, id, topic, payload));
  }

  long sent() {
    return sent.sum();
  }

  long acknowledged() {
    return acknowledged.sum();
  }

  long discarded() {
    return discarded.sum();
  }

  private final class Counts implements Receipts {

    @Override
    public void acknowledged(Parcel parcel, long nanos) {
      answered.increment();
      acknowledged.increment();
    }

    @Override
    public void postponed(Parcel parcel) {}

    @Override
    public void refused(Parcel parcel, String reason) {
      answered.increment();
    }
  }

  @Override
  public void close() {
    lines.forEach(Line::close);
    network.close();
  }
}
