package weir.subscriber;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;

/// What an application asked for, as it goes through the log: `service_id`, `device_id`,
/// `timestamp` and `expiry_hours`, and beside them what those four cannot say.
///
/// @param lifetime how long it is to last from `askedAt`; null cancels
record SubscriptionRequest(
    String application, Selector selector, Instant askedAt, @Nullable Duration lifetime) {

  static final int HOURS_MAX = 8_760;

  private static final Instant END_OF_TIME = Instant.parse("9999-01-01T00:00:00Z");

  private static final int TYPE_MAX = 64;
  private static final JsonMapper JSON = new JsonMapper();

  String id() {
    return selector.subscriptionOf(application);
  }

  byte[] json() {
    ObjectNode node = JSON.createObjectNode();
    node.put("service_id", application);
    node.put("device_id", selector.device());
    node.put("timestamp", askedAt.toString());
    node.put("expiry_hours", lifetime == null ? 0 : lifetime.toHours());
    node.put("subscription_id", id());
    node.put("device_type", selector.deviceType());
    node.put("filter", selector.filter());
    node.put("action", lifetime == null ? "cancel" : "subscribe");
    return node.toString().getBytes(StandardCharsets.UTF_8);
  }

  /// Reads a record of the topic; empty when it is none. Others may write there too.
  static Optional<SubscriptionRequest> read(byte[] json) {
    try {
      JsonNode node = JSON.readTree(json);
      String application = node.path("service_id").asText();
      boolean cancels = node.path("action").asText().equals("cancel");
      long hours = node.path("expiry_hours").asLong();
      if (application.isEmpty() || (!cancels && (hours < 1 || hours > HOURS_MAX))) {
        return Optional.empty();
      }
      Selector selector =
          new Selector(
              node.path("device_id").textValue(),
              node.path("device_type").textValue(),
              node.path("filter").textValue());
      Instant askedAt = OffsetDateTime.parse(node.path("timestamp").asText()).toInstant();
      if (!isSound(selector) || askedAt.isBefore(Instant.EPOCH) || askedAt.isAfter(END_OF_TIME)) {
        return Optional.empty();
      }
      return Optional.of(
          new SubscriptionRequest(
              application, selector, askedAt, cancels ? null : Duration.ofHours(hours)));
    } catch (JsonProcessingException | IllegalArgumentException | DateTimeException notOurs) {
      return Optional.empty();
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory", e);
    }
  }

  /// Whether it can be kept.
  ///
  /// @throws IllegalArgumentException when the filter is none
  private static boolean isSound(Selector selector) {
    String device = selector.device();
    String type = selector.deviceType();
    if (selector.filter() != null) {
      EventFilter _ = EventFilter.parse(selector.filter());
    }
    return (device == null || device.length() <= DeviceId.LENGTH_MAX)
        && (type == null || type.length() <= TYPE_MAX);
  }

  /// What becomes of a subscription by this request: asking again while it is active only moves its
  /// end, and what is not active cannot be cancelled. Empty when nothing changes.
  Optional<Subscription> apply(Optional<Subscription> known) {
    Optional<Subscription> active =
        known.filter(each -> each.status(askedAt) == Subscription.Status.ACTIVE);
    if (lifetime == null) {
      return active.map(old -> old.endingAt(old.expiresAt(), askedAt));
    }
    Instant end = askedAt.plus(lifetime);
    if (active.isEmpty()) {
      return Optional.of(fresh(end, known));
    }
    Instant oldEnd = active.get().expiresAt();
    return active.map(old -> old.endingAt(end.isAfter(oldEnd) ? end : oldEnd, null));
  }

  private Subscription fresh(Instant end, Optional<Subscription> known) {
    return new Subscription(
        id(),
        application,
        selector,
        askedAt,
        end,
        null,
        known.map(old -> new Subscription.Window(old.subscribedAt(), old.until())).orElse(null));
  }
}
