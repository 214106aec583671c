package weir.subscriber;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import weir.event.EventHeader;
import weir.event.HeaderNames;
import weir.log.LogRecord;
import weir.subscriber.Question.Wanted;

/// Who wants an event, in the memory of this process.
///
/// An event that nobody wants costs a look-up of its key; its header is read when its device or
/// any type is asked for, and its JSON only when a filter must be asked.
final class MemoryIndex implements SubscriptionIndex {

  private final Map<String, Kept> byId = new ConcurrentHashMap<>();
  private final Map<String, List<Wanted>> byDevice = new ConcurrentHashMap<>();
  private final Map<String, List<Wanted>> byType = new ConcurrentHashMap<>();
  private volatile List<Wanted> anywhere = List.of();

  @Override
  public synchronized void put(List<Kept> subscriptions) {
    for (Kept kept : subscriptions) {
      String id = kept.subscription().id();
      Kept before = byId.get(id);
      if (before == null || !kept.askedAt().isBefore(before.askedAt())) {
        List<Wanted> wanted = Wanted.of(kept.subscription()).stream().toList();
        if (wanted.isEmpty()) {
          byId.remove(id);
        } else {
          byId.put(id, kept);
        }
        place(kept.subscription(), wanted);
      }
    }
  }

  @Override
  public synchronized void prune(Instant before) {
    for (Kept kept : List.copyOf(byId.values())) {
      Subscription subscription = kept.subscription();
      if (subscription.until().isBefore(before)) {
        byId.remove(subscription.id());
        place(subscription, List.of());
      }
    }
  }

  /// Replaces one entry of the list it belongs to.
  private void place(Subscription old, List<Wanted> replacement) {
    Selector selector = old.selector();
    if (selector.device() != null) {
      byDevice.compute(selector.device(), (key, list) -> replaced(list, old, replacement));
    } else if (selector.deviceType() != null) {
      byType.compute(selector.deviceType(), (key, list) -> replaced(list, old, replacement));
    } else {
      List<Wanted> list = replaced(anywhere, old, replacement);
      anywhere = list == null ? List.of() : list;
    }
  }

  private static @Nullable List<Wanted> replaced(
      @Nullable List<Wanted> list, Subscription old, List<Wanted> replacement) {
    List<Wanted> changed = new ArrayList<>(list == null ? List.of() : list);
    changed.removeIf(each -> each.subscription().id().equals(old.id()));
    changed.addAll(replacement);
    return changed.isEmpty() ? null : List.copyOf(changed);
  }

  @Override
  public long size() {
    return byId.size();
  }

  @Override
  public void prepare(List<LogRecord> records) {}

  @Override
  public @Nullable Match match(LogRecord record) {
    String device = record.key();
    List<Wanted> candidates = device == null ? null : byDevice.get(device);
    if (candidates == null && byType.isEmpty() && anywhere.isEmpty()) {
      return null;
    }
    byte[] header = record.headers().bytes(HeaderNames.EVENT).orElse(null);
    byte[] body = record.value();
    if (header == null || body == null) {
      return null;
    }
    EventHeader.Outline event = EventHeader.outline(header);
    Question question = new Question(event, body);
    question.ask(candidates == null ? List.of() : candidates);
    question.ask(byType.getOrDefault(event.type(), List.of()));
    question.ask(anywhere);
    return question.answer();
  }

  @Override
  public void reach() {}

  @Override
  public void close() {}
}
