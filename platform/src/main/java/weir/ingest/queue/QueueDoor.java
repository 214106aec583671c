package weir.ingest.queue;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.Door;
import weir.event.EventId;
import weir.event.ProblemException;
import weir.event.RawMessage;
import weir.ingest.Intake;
import weir.ingest.Refusal;
import weir.ingest.http.Submission;
import weir.ingest.http.SubmissionReader;
import weir.log.LogException;

/// The door for producers that speak AMQP: what they put into the work queue counts as
/// posted to `/ingest`, and is acknowledged once the log has it. What comes back after a
/// failure is told apart and goes to the pipeline again.
///
/// Owned by one thread, which comes back after a failure: what was not acknowledged comes
/// again. A message that cannot be read is accepted all the same; the pipeline sets it aside
/// and says why.
public final class QueueDoor implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final String PATH = "/ingest";

  private final WorkQueue queue;
  private final Intake intake;
  private final Predicate<WorkQueue.Message> isReturned;
  private final Consumer<List<WorkQueue.Message>> again;
  private final InstantSource clock;
  private final SubmissionReader reader = new SubmissionReader(1);

  /// @param isReturned whether a message was here before
  /// @param again sends such messages to the pipeline; returns when the log has them
  public QueueDoor(
      WorkQueue queue,
      Intake intake,
      Predicate<WorkQueue.Message> isReturned,
      Consumer<List<WorkQueue.Message>> again,
      InstantSource clock) {
    this.queue = queue;
    this.intake = intake;
    this.isReturned = isReturned;
    this.again = again;
    this.clock = clock;
  }

  /// Takes what there is, or waits a moment for something. After a failure what was not
  /// acknowledged comes again, here or at another process.
  ///
  /// @throws LogException when RabbitMQ or the log is away
  public void turn() {
    try {
      take(queue.poll(POLL));
    } catch (RuntimeException e) {
      queue.disconnect();
      throw e;
    }
  }

  private void take(List<WorkQueue.Taken> taken) {
    List<WorkQueue.Taken> returned =
        taken.stream().filter(one -> isReturned.test(one.message())).toList();
    if (!returned.isEmpty()) {
      again.accept(returned.stream().map(WorkQueue.Taken::message).toList());
      returned.forEach(queue::done);
    }
    List<WorkQueue.Taken> fresh =
        taken.stream().filter(one -> !isReturned.test(one.message())).toList();
    List<CompletableFuture<@Nullable Refusal>> answers = new ArrayList<>();
    for (WorkQueue.Taken one : fresh) {
      CompletableFuture<@Nullable Refusal> answer = new CompletableFuture<>();
      intake.accept(message(one.message()), answer::complete);
      answers.add(answer);
    }
    boolean allTaken = true;
    for (int i = 0; i < fresh.size(); i++) {
      allTaken &= settle(fresh.get(i), answers.get(i).join());
    }
    if (!allTaken) {
      throw new LogException("the log cannot be written now");
    }
  }

  /// False when the message must come again.
  private boolean settle(WorkQueue.Taken one, @Nullable Refusal refusal) {
    if (refusal != null) {
      switch (refusal.kind()) {
        case BUSY, LOG_UNAVAILABLE -> {
          return false;
        }
        case TOO_LARGE, OVER_QUOTA -> queue.giveUp(List.of(refused(one.message(), refusal)));
      }
    }
    queue.done(one);
    return true;
  }

  private static WorkQueue.Message refused(WorkQueue.Message message, Refusal refusal) {
    Map<String, Object> headers = new HashMap<>(message.headers());
    headers.put(WorkQueue.LAST_ERROR, refusal.kind() + ": " + refusal.detail());
    return new WorkQueue.Message(message.id(), message.body(), headers);
  }

  private RawMessage message(WorkQueue.Message message) {
    Submission read = read(message.body());
    DeviceId device = read == null ? null : read.device();
    EventId id = read == null ? null : read.given();
    if (id == null) {
      id = EventId.parse(message.id()).orElseGet(() -> idOf(message.body()));
    }
    return new RawMessage(id, device, Door.HTTP, PATH, 1, clock.instant(), message.body());
  }

  /// Null when it is not one event as the HTTP door would take it.
  private @Nullable Submission read(byte[] body) {
    try {
      List<Submission> read = reader.read(body, false).submissions();
      return read.size() == 1 ? read.getFirst() : null;
    } catch (ProblemException unreadable) {
      return null;
    }
  }

  /// Messages come again after a crash, so the same bytes must get the same id.
  private static EventId idOf(byte[] body) {
    return new EventId(UUID.nameUUIDFromBytes(body).toString());
  }

  @Override
  public void close() {
    queue.close();
  }
}
