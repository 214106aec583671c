package weir.view.live;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Supplier;
import weir.event.EventHeader;
import weir.log.LogRecord;

/// Who is shown what of one beat: of the messages that a watcher wants, the newest few. A
/// message becomes JSON once, and only when someone is shown it. Owned by one thread.
final class Shown {

  private record Candidate(LogRecord record, Supplier<String> json) {}

  private static final class Choice {
    private final Deque<Candidate> newest = new ArrayDeque<>();
    private long leftOut;

    void add(Candidate candidate) {
      newest.add(candidate);
      if (newest.size() > LiveFeed.SHOWN_MAX) {
        newest.removeFirst();
        leftOut++;
      }
    }
  }

  private final IdentityHashMap<Watcher, Choice> choices = new IdentityHashMap<>();
  private final IdentityHashMap<LogRecord, String> written = new IdentityHashMap<>();

  Shown(List<Watcher> watchers) {
    watchers.forEach(watcher -> choices.put(watcher, new Choice()));
  }

  void offer(LogRecord record, EventHeader.Head head) {
    choices.forEach(
        (watcher, choice) -> {
          if (watcher.wish().wants(head)) {
            choice.add(new Candidate(record, () -> LiveMessage.enriched(record, head)));
          }
        });
  }

  void offerRaw(LogRecord record) {
    choices.forEach(
        (watcher, choice) -> {
          if (watcher.wish().wantsRaw(record.key())) {
            choice.add(new Candidate(record, () -> LiveMessage.raw(record)));
          }
        });
  }

  /// Hands everything out.
  ///
  /// @param unread messages that were not even looked at; told to those who want all
  void deliver(long unread) {
    choices.forEach(
        (watcher, choice) -> {
          if (choice.newest.isEmpty()) {
            return;
          }
          List<String> messages = new ArrayList<>();
          for (Candidate candidate : choice.newest) {
            messages.add(written.computeIfAbsent(candidate.record(), _ -> candidate.json().get()));
          }
          watcher.putMessages(messages, choice.leftOut + unread);
        });
  }
}
