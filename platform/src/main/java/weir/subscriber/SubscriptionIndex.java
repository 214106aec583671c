package weir.subscriber;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.log.LogRecord;

/// Who wants an event, in memory. Safe for use by many threads.
///
/// An event that nobody wants costs a look-up of its key; its header is read when its device or
/// any type is asked for, and its JSON only when a filter must be asked.
final class SubscriptionIndex {

  private static final JsonMapper JSON = new JsonMapper();

  /// A subscription with its filter read.
  private record Wanted(Subscription subscription, @Nullable EventFilter filter) {}

  private final Map<String, Wanted> byId = new ConcurrentHashMap<>();
  private final Map<String, List<Wanted>> byDevice = new ConcurrentHashMap<>();
  private final Map<String, List<Wanted>> byType = new ConcurrentHashMap<>();
  private volatile List<Wanted> anywhere = List.of();

  /// What an event is and which applications want it.
  record Match(EventHeader.Outline event, Set<String> applications) {}

  /// Puts a subscription in the place of what was known of it.
  synchronized void put(Subscription subscription) {
    remove(subscription.id());
    String filter = subscription.selector().filter();
    Wanted wanted = new Wanted(subscription, filter == null ? null : EventFilter.parse(filter));
    byId.put(subscription.id(), wanted);
    place(wanted, List.of(wanted));
  }

  synchronized void remove(String id) {
    Wanted known = byId.remove(id);
    if (known != null) {
      place(known, List.of());
    }
  }

  /// Forgets what stopped matching before a time.
  synchronized void prune(Instant before) {
    for (Wanted wanted : List.copyOf(byId.values())) {
      Subscription subscription = wanted.subscription;
      if (subscription.until().isBefore(before)) {
        remove(subscription.id());
      }
    }
  }

  /// Replaces one entry of the list it belongs to.
  private void place(Wanted wanted, List<Wanted> replacement) {
    Selector selector = wanted.subscription.selector();
    if (selector.device() != null) {
      byDevice.compute(selector.device(), (key, list) -> replaced(list, wanted, replacement));
    } else if (selector.deviceType() != null) {
      byType.compute(selector.deviceType(), (key, list) -> replaced(list, wanted, replacement));
    } else {
      List<Wanted> list = replaced(anywhere, wanted, replacement);
      anywhere = list == null ? List.of() : list;
    }
  }

  private static @Nullable List<Wanted> replaced(
      @Nullable List<Wanted> list, Wanted old, List<Wanted> replacement) {
    List<Wanted> changed = new ArrayList<>(list == null ? List.of() : list);
    changed.removeIf(each -> each.subscription.id().equals(old.subscription.id()));
    changed.addAll(replacement);
    return changed.isEmpty() ? null : List.copyOf(changed);
  }

  int size() {
    return byId.size();
  }

  boolean isEmpty() {
    return byId.isEmpty();
  }

  /// Who wants this record; null when nobody does.
  @Nullable Match match(LogRecord record) {
    String device = record.key();
    List<Wanted> candidates = device == null ? null : byDevice.get(device);
    if (candidates == null && byType.isEmpty() && anywhere.isEmpty()) {
      return null;
    }
    byte[] header = record.headers().bytes(HeaderNames.EVENT).orElse(null);
    if (header == null || record.value() == null) {
      return null;
    }
    EventHeader.Outline event = EventHeader.outline(header);
    Question question = new Question(event, record.value());
    question.ask(candidates == null ? List.of() : candidates);
    question.ask(byType.getOrDefault(event.type(), List.of()));
    question.ask(anywhere);
    return question.applications.isEmpty() ? null : new Match(event, question.applications);
  }

  /// One event, whose JSON is read at most once.
  private static final class Question {
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
  }
}
