package weir.subscriber;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.event.EventHeader;
import weir.subscriber.SubscriptionIndex.Match;

/// Asks subscriptions whether they want one event, whose JSON is read at most once.
final class Question {

  private static final Logger LOG = LoggerFactory.getLogger(Question.class);
  private static final JsonMapper JSON = new JsonMapper();

  /// A subscription with its filter read.
  record Wanted(Subscription subscription, @Nullable EventFilter filter) {

    /// Empty when its filter cannot be read: then it wants nothing.
    static Optional<Wanted> of(Subscription subscription) {
      String filter = subscription.selector().filter();
      try {
        return Optional.of(
            new Wanted(subscription, filter == null ? null : EventFilter.parse(filter)));
      } catch (IllegalArgumentException e) {
        LOG.error("a subscription cannot be read subscription={}", subscription.id(), e);
        return Optional.empty();
      }
    }
  }

  private final EventHeader.Outline event;
  private final byte[] body;
  private final Set<String> applications = new HashSet<>(4);
  private @Nullable JsonNode json;

  Question(EventHeader.Outline event, byte[] body) {
    this.event = event;
    this.body = body;
  }

  void ask(List<Wanted> candidates) {
    for (Wanted wanted : candidates) {
      if (covers(wanted)) {
        applications.add(wanted.subscription.application());
      }
    }
  }

  private boolean covers(Wanted wanted) {
    Subscription subscription = wanted.subscription;
    String type = subscription.selector().deviceType();
    return subscription.covers(event.receivedAt())
        && (type == null || type.equals(event.type()))
        && (wanted.filter == null || wanted.filter.matches(json()));
  }

  /// The event; what cannot be read has no field.
  private JsonNode json() {
    if (json == null) {
      try {
        json = JSON.readTree(body);
      } catch (JsonProcessingException unreadable) {
        json = MissingNode.getInstance();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return json;
  }

  /// Those that said yes; null when nobody did.
  @Nullable Match answer() {
    return applications.isEmpty() ? null : new Match(event, applications);
  }
}
