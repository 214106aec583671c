package weir.view.live;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import weir.event.EventHeader;
import weir.log.LogRecord;
import weir.log.Partition;

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

  /// @param watchers all of them, of whom those who want this form are shown something
  Shown(List<Watcher> watchers, Wish.Messages form) {
    for (Watcher watcher : watchers) {
      if (watcher.wish().messages() == form) {
        choices.put(watcher, new Choice());
      }
    }
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

  /// Hands everything out, and tells everybody what was not looked at.
  ///
  /// @param unread messages that were not even looked at
  /// @param before where the log was read from
  /// @param place up to where
  void deliver(long unread, Map<Partition, Long> before, String place) {
    choices.forEach(
        (watcher, choice) -> {
          watcher.comeBack(before);
          List<String> messages = new ArrayList<>();
          for (Candidate candidate : choice.newest) {
            messages.add(written.computeIfAbsent(candidate.record(), _ -> candidate.json().get()));
          }
          watcher.putMessages(messages, choice.leftOut, unread, place);
        });
  }
}
