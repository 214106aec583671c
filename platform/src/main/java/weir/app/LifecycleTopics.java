package weir.app;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.device.DeviceId;
import weir.device.LifecycleEvent;
import weir.device.Outbox;
import weir.device.presence.DeviceState;

/// Publishes changes of devices to those who subscribed to them over MQTT, QoS 1. One that is slow
/// is waited for, but only once in a while, so that it cannot hold up the others. An external
/// broker is waited for as long as it takes. Owned by one thread.
final class LifecycleTopics implements DeviceChangeRelay.Announcement {

  /// How long an acknowledgement is waited for.
  private static final Duration CONFIRMATION_MAX = Duration.ofMinutes(1);

  private static final Logger LOGGER = LoggerFactory.getLogger(LifecycleTopics.class);
  private static final Duration WITHOUT_PATIENCE = Duration.ofSeconds(30);

  private final Speaker speaker;
  private final LifecycleSettings settings;
  private final Function<DeviceId, DeviceState> presence;
  private final long openNanos;
  private long patientAgainNanos;
  private long waitingSinceNanos;
  private boolean waiting;

  /// @param presence whether a device is there now
  LifecycleTopics(
      Speaker speaker, LifecycleSettings settings, Function<DeviceId, DeviceState> presence) {
    this.speaker = speaker;
    this.settings = settings;
    this.presence = presence;
    this.openNanos = System.nanoTime() + settings.grace().toNanos();
    this.patientAgainNanos = System.nanoTime();
  }

  @Override
  public Optional<CompletableFuture<?>> tell(Outbox.Change change) {
    DeviceState now = presence.apply(change.device());
    LifecycleEvent event =
        LifecycleEvent.of(change, settings.source(), now.state().text(), now.lastHeard());
    String topic = event.topic(settings.topicPrefix());
    if (System.nanoTime() - openNanos < 0 || !speaker.isReady() || isToWait(topic)) {
      return Optional.empty();
    }
    CompletableFuture<?> taken = speaker.tell(topic, event.payload(), CONFIRMATION_MAX);
    LOGGER.info("Published device event: {} for device {}", event.type(), event.device());
    return Optional.of(taken);
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
