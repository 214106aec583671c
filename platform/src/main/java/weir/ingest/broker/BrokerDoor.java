package weir.ingest.broker;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DeviceId;
import weir.event.Door;
import weir.event.EventId;
import weir.event.HeaderNames;
import weir.event.RawMessage;
import weir.ingest.Intake;
import weir.ingest.TopicOwners;
import weir.ingest.mqtt.Passing;

/// The door to devices that speak to an external broker: a client with a persistent session, which
/// takes its share of their messages and acknowledges each once the log has it. What was not
/// acknowledged comes again.
///
/// Connects again for as long as it takes. Messages come on the client's event loop, which is never
/// blocked; when the log is away they wait in [Arrivals], bounded by the receive maximum.
public final class BrokerDoor implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(BrokerDoor.class);
  private static final String EVENT_ID = "event-id";
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long CLOSE_SECONDS = 3;

  /// Messages of our own that may wait for the broker.
  private static final int UNSENT_MAX = 10_000;

  /// Marks what the platform publishes, so that it is not taken for what a device says.
  private static final String ORIGIN = "published-by";

  private static final String SELF = "weir";

  private final BrokerSettings settings;
  private final List<String> filters;
  private final TopicOwners owners;
  private final InstantSource clock;
  private final Mqtt5AsyncClient client;
  private final Arrivals arrivals;
  private final Semaphore unsent = new Semaphore(UNSENT_MAX);
  private final LongAdder received = new LongAdder();
  private final LongAdder echoes = new LongAdder();
  private volatile Passing passing = (owner, topic, payload) -> {};
  private volatile String trouble = "not connected yet";

  /// @param clientId the name of this process, the same after a restart
  /// @param filters what to subscribe to, without the share
  public BrokerDoor(
      BrokerSettings settings,
      String clientId,
      List<String> filters,
      Intake intake,
      TopicOwners owners,
      InstantSource clock) {
    this.settings = settings;
    this.filters = Filters.widest(filters);
    this.owners = owners;
    this.clock = clock;
    this.arrivals = new Arrivals(intake);
    Mqtt5ClientBuilder builder =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier(clientId)
            .serverHost(settings.host())
            .serverPort(settings.port())
            .addConnectedListener(context -> connected())
            .addDisconnectedListener(this::disconnected);
    this.client = (settings.tls() ? builder.sslWithDefaultConfig() : builder).buildAsync();
  }

  /// Hears from now on what commands and answers pass by; they are no events.
  public void listen(Passing listener) {
    passing = listener;
  }

  /// Starts to connect, and returns.
  public void start() {
    arrivals.start();
    client.publishes(MqttGlobalPublishFilter.ALL, this::take, true);
    var _ = client.connect(greeting());
  }

  private Mqtt5Connect greeting() {
    var connect =
        Mqtt5Connect.builder()
            .cleanStart(false)
            .sessionExpiryInterval(settings.sessionExpiry().toSeconds())
            .keepAlive((int) settings.keepAlive().toSeconds())
            .restrictions()
            .receiveMaximum(settings.receiveMax())
            .applyRestrictions();
    return settings.username().isEmpty()
        ? connect.build()
        : connect
            .simpleAuth()
            .username(settings.username())
            .password(settings.password().getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth()
            .build();
  }

  /// Subscribes after each connect: the session may be new, or the dialects.
  private void connected() {
    List<Mqtt5Subscription> wanted = filters.stream().map(this::subscription).toList();
    var _ =
        client
            .subscribe(Mqtt5Subscribe.builder().addSubscriptions(wanted).build())
            .whenComplete((granted, failure) -> subscribed(failure));
  }

  /// Retained messages are old news: they were taken when they came.
  private Mqtt5Subscription subscription(String filter) {
    String group = settings.shareGroup();
    return Mqtt5Subscription.builder()
        .topicFilter(group.isEmpty() ? filter : "$share/" + group + "/" + filter)
        .qos(MqttQos.AT_LEAST_ONCE)
        .retainHandling(Mqtt5RetainHandling.DO_NOT_SEND)
        .build();
  }

  private void subscribed(@Nullable Throwable failure) {
    if (failure == null) {
      trouble = "";
      LOGGER.info("mqtt broker connected host={} filters={}", settings.host(), filters.size());
    } else {
      trouble = "the broker does not grant the subscriptions: " + failure.getMessage();
      LOGGER.warn("mqtt broker does not grant subscriptions host={}", settings.host(), failure);
    }
  }

  private void disconnected(MqttClientDisconnectedContext context) {
    int attempts = context.getReconnector().getAttempts();
    if (attempts == 0) {
      LOGGER.warn("mqtt broker lost host={}: {}", settings.host(), context.getCause().toString());
    }
    trouble = settings.host() + ":" + settings.port() + ": " + context.getCause().getMessage();
    long pause = FIRST_PAUSE_MILLIS << Math.min(attempts, 16);
    context
        .getReconnector()
        .reconnect(!arrivals.isClosed())
        .resubscribeIfSessionExpired(true)
        .republishIfSessionExpired(true)
        .delay(Math.min(pause, settings.reconnectMax().toMillis()), TimeUnit.MILLISECONDS);
  }

  private void take(Mqtt5Publish publish) {
    String topic = publish.getTopic().toString();
    DeviceId owner = owners.ownerOf(topic);
    if (property(publish, ORIGIN) != null) {
      echoes.increment();
      publish.acknowledge();
    } else if (owners.isCommand(topic)) {
      if (owner != null) {
        passing.passed(owner, topic, publish.getPayloadAsBytes());
      }
      publish.acknowledge();
    } else {
      received.increment();
      arrivals.take(message(publish, topic, owner), publish::acknowledge);
    }
  }

  private RawMessage message(Mqtt5Publish publish, String topic, @Nullable DeviceId owner) {
    String given = property(publish, EVENT_ID);
    EventId id =
        Optional.ofNullable(given).flatMap(EventId::parse).orElseGet(() -> EventId.fresh(clock));
    return new RawMessage(
        id,
        owner,
        Door.MQTT,
        topic,
        publish.getQos().getCode(),
        clock.instant(),
        publish.getPayloadAsBytes(),
        property(publish, HeaderNames.TRACE));
  }

  private static @Nullable String property(Mqtt5Publish publish, String name) {
    for (var property : publish.getUserProperties().asList()) {
      if (property.getName().toString().equals(name)) {
        return property.getValue().toString();
      }
    }
    return null;
  }

  /// Publishes a message of the platform's own with QoS 1. Waits for the broker in memory while it
  /// is away, up to 10,000 messages; more fail at once.
  ///
  /// @return whether the broker took it, or refused it
  public CompletableFuture<Boolean> publish(String topic, byte[] payload, boolean retain) {
    if (!unsent.tryAcquire()) {
      return CompletableFuture.failedFuture(
          new IllegalStateException("too many messages wait for the broker"));
    }
    return client
        .publishWith()
        .topic(topic)
        .qos(MqttQos.AT_LEAST_ONCE)
        .payload(payload)
        .retain(retain)
        .userProperties()
        .add(ORIGIN, SELF)
        .applyUserProperties()
        .send()
        .whenComplete((result, failure) -> unsent.release())
        .thenApply(result -> isTaken(topic, result));
  }

  private static boolean isTaken(String topic, Mqtt5PublishResult result) {
    result
        .getError()
        .ifPresent(error -> LOGGER.warn("the broker refuses a message topic={}", topic, error));
    return result.getError().isEmpty();
  }

  /// Whether a message that is published now is not one too many.
  public boolean hasRoom() {
    return unsent.availablePermits() > 0;
  }

  /// What is wrong now; empty when messages come.
  public Optional<String> trouble() {
    return trouble.isEmpty() ? Optional.empty() : Optional.of(trouble);
  }

  /// Messages of devices that came, those that came again included.
  public long receivedCount() {
    return received.sum();
  }

  /// Messages of the platform's own that came back, and were left alone.
  public long echoCount() {
    return echoes.sum();
  }

  /// Leaves the broker, which keeps for later what was not acknowledged.
  @Override
  public void close() {
    arrivals.close();
    client
        .disconnect()
        .orTimeout(CLOSE_SECONDS, TimeUnit.SECONDS)
        .exceptionally(wasAway -> null)
        .join();
  }
}
