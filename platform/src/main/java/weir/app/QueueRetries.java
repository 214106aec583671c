package weir.app;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.event.Rejection.Reason;
import weir.ingest.queue.WorkQueue;
import weir.log.EventLog;
import weir.log.EventLog.Committed;
import weir.log.LogException;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;
import weir.view.DeadLetters;

/// Follows the dead letters: what time may mend is put into the retry queue, as often as is set,
/// and then, as all the rest at once, into the queue of what was given up. The letters themselves
/// stay where they are.
///
/// One thread of its own; waits for RabbitMQ as long as it takes. A letter may be put into a queue
/// twice after a crash; it is replayed once.
final class QueueRetries implements AutoCloseable {

  static final String GROUP = "weir-queue-retries";

  private static final Logger LOGGER = LoggerFactory.getLogger(QueueRetries.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final long PAUSE_MILLIS = 500;

  /// What is wrong with the message itself.
  private static final Set<String> LASTING =
      Set.of(Reason.UNKNOWN_TOPIC.name(), Reason.UNREADABLE.name(), Reason.INVALID.name());

  private final EventLog log;
  private final Topic dead;
  private final DeadLetters letters;
  private final WorkQueue queue;
  private final int triesMax;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = Thread.ofVirtual().name("queue-retries").unstarted(this::run);
  private volatile String trouble = "";

  QueueRetries(EventLog log, Topic dead, DeadLetters letters, WorkQueue queue, int triesMax) {
    this.log = log;
    this.dead = dead;
    this.letters = letters;
    this.queue = queue;
    this.triesMax = triesMax;
  }

  void start() {
    thread.start();
  }

  Optional<String> trouble() {
    return Optional.of(trouble).filter(text -> !text.isEmpty());
  }

  /// Sends letters that came back from the retry queue to the pipeline.
  void replay(List<WorkQueue.Message> returned) {
    try {
      letters.replay(returned.stream().map(LetterMessages::letter).toList());
    } catch (CompletionException e) {
      throw new LogException("the log does not take them", e);
    }
  }

  private void run() {
    try (queue) {
      while (stop.getCount() > 0) {
        try (EventLog.Subscription subscription = log.join(GROUP, Set.of(dead))) {
          follow(subscription);
        } catch (LogException e) {
          trouble = "failed events wait: " + e.getMessage();
          LOGGER.warn("failed events wait for the queue reason={}", e.getMessage());
          boolean _ = stop.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void follow(EventLog.Subscription subscription) {
    while (stop.getCount() > 0) {
      List<LogRecord> records = subscription.poll(POLL);
      if (!records.isEmpty()) {
        pass(records);
        subscription.commit(ends(records));
      }
      trouble = "";
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
    stop.countDown();
    try {
      if (thread.isAlive()) {
        boolean _ = thread.join(Duration.ofSeconds(10));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
