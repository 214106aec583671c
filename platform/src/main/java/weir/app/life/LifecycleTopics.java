package weir.app.life;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DeviceId;
import weir.device.LifecycleEvent;
import weir.device.Outbox;
import weir.device.presence.DeviceState;
import weir.ingest.mqtt.Audience;

/// Publishes changes of devices to those who subscribed to them over MQTT, QoS 1. One that is slow
/// is waited for, but only once in a while, so that it cannot hold up the others. An external
/// broker is waited for as long as it takes. Owned by one thread.
public final class LifecycleTopics implements DeviceChangeRelay.Announcement {

  /// How long an acknowledgement is waited for.
  private static final Duration CONFIRMATION_MAX = Duration.ofMinutes(1);

  private static final Logger LOGGER = LoggerFactory.getLogger(LifecycleTopics.class);
  private static final Duration WITHOUT_PATIENCE = Duration.ofSeconds(30);

  /// How long what an earlier run left untold waits for a subscriber to come back.
  private static final Duration RETURN_MAX = Duration.ofMinutes(1);

  private final Speaker speaker;
  private final LifecycleSettings settings;
  private final Function<DeviceId, DeviceState> presence;
  private final Instant startedAt;
  private final long openNanos;
  private final long returnNanos;
  private long patientAgainNanos;
  private long waitingSinceNanos;
  private boolean waiting;

  /// @param presence whether a device is there now
  /// @param startedAt when this run began
  public LifecycleTopics(
      Speaker speaker,
      LifecycleSettings settings,
      Function<DeviceId, DeviceState> presence,
      Instant startedAt) {
    this.speaker = speaker;
    this.settings = settings;
    this.presence = presence;
    this.startedAt = startedAt;
    long now = System.nanoTime();
    this.openNanos = now + settings.grace().toNanos();
    this.returnNanos = now + RETURN_MAX.toNanos();
    this.patientAgainNanos = now;
  }

  @Override
  public Optional<CompletableFuture<?>> tell(Outbox.Change change) {
    DeviceState now = presence.apply(change.device());
    LifecycleEvent event =
        LifecycleEvent.of(change, settings.source(), now.state().text(), now.lastHeard());
    String topic = event.topic(settings.topicPrefix());
    if (System.nanoTime() - openNanos < 0
        || !speaker.isReady()
        || isForSomebodyAway(change, topic)
        || isToWait(topic)) {
      return Optional.empty();
    }
    CompletableFuture<?> taken = speaker.tell(topic, event.payload(), CONFIRMATION_MAX);
    LOGGER.info("Published device event: {} for device {}", event.type(), event.device());
    return Optional.of(taken);
  }

  /// Sessions ended with the earlier run: who listened then may take a while to connect again.
  private boolean isForSomebodyAway(Outbox.Change change, String topic) {
    return change.at().isBefore(startedAt)
        && System.nanoTime() - returnNanos < 0
        && !speaker.hasBroker()
        && !speaker.reaches(topic, Audience.ALL);
  }

  private boolean isToWait(String topic) {
    long now = System.nanoTime();
    if (now - patientAgainNanos < 0 || speaker.hasRoom(topic)) {
      waiting = false;
      return false;
    }
    if (!waiting) {
      waiting = true;
      waitingSinceNanos = now;
    }
    if (now - waitingSinceNanos < settings.patience().toNanos()) {
      return true;
    }
    LOGGER.warn("a subscriber of device events is too slow; it is not waited for");
    patientAgainNanos = now + WITHOUT_PATIENCE.toNanos();
    return false;
  }
}
