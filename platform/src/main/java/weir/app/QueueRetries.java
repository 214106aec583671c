package weir.app;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import weir.event.Rejection.Reason;
import weir.ingest.queue.WorkQueue;
import weir.log.EventLog;
import weir.log.EventLog.Committed;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;
import weir.subscriber.Loop;
import weir.view.DeadLetters;

/// Follows the dead letters: what time may mend is put into the retry queue, as often as is set,
/// and then, as all the rest at once, into the queue of what was given up. The letters themselves
/// stay where they are.
///
/// One thread of its own; waits for RabbitMQ as long as it takes. A letter may be put into a queue
/// twice after a crash; it is replayed once.
final class QueueRetries implements AutoCloseable {

  static final String GROUP = "weir-queue-retries";

  private static final Duration POLL = Duration.ofMillis(200);

  /// What is wrong with the message itself.
  private static final Set<String> LASTING =
      Set.of(Reason.UNKNOWN_TOPIC.name(), Reason.UNREADABLE.name(), Reason.INVALID.name());

  private final EventLog log;
  private final Topic dead;
  private final DeadLetters letters;
  private final WorkQueue queue;
  private final int triesMax;
  private final Loop loop;

  QueueRetries(
      EventLog log,
      Topic dead,
      DeadLetters letters,
      WorkQueue queue,
      int triesMax,
      InstantSource clock) {
    this.log = log;
    this.dead = dead;
    this.letters = letters;
    this.queue = queue;
    this.triesMax = triesMax;
    this.loop = new Loop("queue-retries", this::follow, clock);
  }

  void start() {
    loop.start();
  }

  Optional<String> trouble() {
    return loop.trouble().map("failed events wait: "::concat);
  }

  /// Sends letters that came back from the retry queue to the pipeline.
  void replay(List<WorkQueue.Message> returned) {
    try {
      letters.replay(returned.stream().map(LetterMessages::letter).toList());
    } catch (CompletionException e) {
      throw new LogException("the log does not take them", e);
    }
  }

  private void follow() {
    try (EventLog.Subscription subscription = log.join(GROUP, Set.of(dead))) {
      while (loop.isOpen()) {
        List<LogRecord> records = subscription.poll(POLL);
        if (!records.isEmpty()) {
          pass(records);
          subscription.commit(ends(records));
        }
        loop.goesWell();
      }
    }
  }

  private void pass(List<LogRecord> records) {
    List<WorkQueue.Message> later = new ArrayList<>();
    List<WorkQueue.Message> givenUp = new ArrayList<>();
    for (LogRecord record : records) {
      letters.letter(record).ifPresent(letter -> sort(letter, later, givenUp));
    }
    queue.putLater(later);
    queue.giveUp(givenUp);
  }

  private void sort(
      DeadLetters.Letter letter, List<WorkQueue.Message> later, List<WorkQueue.Message> givenUp) {
    if (LASTING.contains(letter.reason()) || letter.tries() >= triesMax) {
      givenUp.add(LetterMessages.message(letter, letter.tries()));
    } else {
      later.add(LetterMessages.message(letter, letter.tries() + 1));
    }
  }

  private static Map<Partition, Committed> ends(List<LogRecord> records) {
    Map<Partition, Committed> ends = new HashMap<>();
    for (LogRecord record : records) {
      ends.put(record.position().partition(), new Committed(record.position().offset() + 1, ""));
    }
    return ends;
  }

  @Override
  public void close() {
    loop.close();
    queue.close();
  }
}
