package weir.ingest;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.HeaderNames;
import weir.event.RawMessage;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.Headers;
import weir.log.LogException;
import weir.log.Topic;
import weir.trace.Step;
import weir.trace.Traces;

/// The one way in: checks a message, appends it to the raw topic, and answers when the append is
/// durable. Every door goes through here, so the promise "acknowledged means logged" is kept in one
/// place.
///
/// Called by any thread and never blocks. What is in flight is bounded by bytes; a door asks
/// [#hasRoom] before it reads more, and stops reading its sockets when there is none.
public final class Intake {

  /// The protocol overhead counted for a message in flight, so that empty payloads are bounded too.
  private static final int OVERHEAD_BYTES = 256;

  private final EventLog log;
  private final Topic raw;
  private final IntakeSettings settings;
  private final DeviceQuota quota;
  private final Hearing hearing;
  private final Traces traces;
  private final AtomicLong bytesInFlight = new AtomicLong();
  private final LongAdder accepted = new LongAdder();
  private final Map<Refusal.Kind, LongAdder> refused = new EnumMap<>(Refusal.Kind.class);

  public Intake(EventLog log, Topic raw, IntakeSettings settings, DeviceQuota quota) {
    this(log, raw, settings, quota, message -> {}, Traces.off());
  }

  /// @param hearing is told of every message of a known device
  public Intake(
      EventLog log,
      Topic raw,
      IntakeSettings settings,
      DeviceQuota quota,
      Hearing hearing,
      Traces traces) {
    this.hearing = hearing;
    this.traces = traces;
    this.log = log;
    this.raw = raw;
    this.settings = settings;
    this.quota = quota;
    for (Refusal.Kind kind : Refusal.Kind.values()) {
      refused.put(kind, new LongAdder());
    }
  }

  /// Told once what became of a message: accepted when the refusal is null. May run on a thread of
  /// the log, which must not be blocked.
  @FunctionalInterface
  public interface Answer {
    void done(@Nullable Refusal refusal);
  }

  /// Told of a message that came in, whatever becomes of it. Called by the doors' threads, which
  /// must not be blocked.
  @FunctionalInterface
  public interface Hearing {
    void heard(RawMessage message);
  }

  /// Takes a device's share for one message; null when it may send it. Doors ask before they hand
  /// messages over.
  public @Nullable Refusal admit(DeviceId device) {
    return quota.take(device, 1) ? null : overQuota(device);
  }

  /// Takes the shares of several devices, all or none; null when they may send so many messages.
  public @Nullable Refusal admit(Map<DeviceId, Integer> messages) {
    DeviceId greedy = quota.take(messages);
    return greedy == null ? null : overQuota(greedy);
  }

  private Refusal overQuota(DeviceId device) {
    return refuse(Refusal.Kind.OVER_QUOTA, "device " + device + " sends more than its share");
  }

  /// Appends a message that a device or somebody else sent, and answers.
  public void accept(RawMessage message, Answer answer) {
    if (message.device() != null) {
      hearing.heard(message);
    }
    append(message, answer);
  }

  /// Appends the messages of one request, and answers once: when all are durable, or with the
  /// first refusal. When one is too large, or there is no room for all, none of them goes to
  /// the log. When the log fails amid them, some may be in it all the same; sent again with
  /// the same ids they are stored once.
  public void acceptAll(List<RawMessage> messages, Answer answer) {
    messages.stream().filter(message -> message.device() != null).forEach(hearing::heard);
    Refusal refusal = reserve(messages);
    if (refusal != null) {
      answer.done(refusal);
      return;
    }
    AllAnswers answers = new AllAnswers(messages.size(), answer);
    messages.forEach(message -> appendReserved(message, answers));
  }

  private @Nullable Refusal reserve(List<RawMessage> messages) {
    long cost = 0;
    for (RawMessage message : messages) {
      Refusal tooLarge = checkSize(message);
      if (tooLarge != null) {
        return tooLarge;
      }
      cost += cost(message);
    }
    return cost > takenMax()
        ? refuse(Refusal.Kind.TOO_LARGE, "events that take " + cost + " bytes, of " + takenMax())
        : reserve(cost);
  }

  /// Appends the message, which may also be one of the platform's own, and answers.
  public void append(RawMessage message, Answer answer) {
    Refusal refusal = checkSize(message);
    if (refusal == null) {
      refusal = reserve(cost(message));
    }
    if (refusal == null) {
      appendReserved(message, answer);
    } else {
      answer.done(refusal);
    }
  }

  private @Nullable Refusal checkSize(RawMessage message) {
    int bytes = message.payload().length;
    int limit = settings.messageBytesMax();
    return bytes <= limit
        ? null
        : refuse(Refusal.Kind.TOO_LARGE, "message of " + bytes + " bytes; the limit is " + limit);
  }

  private static long cost(RawMessage message) {
    return (long) message.payload().length + OVERHEAD_BYTES;
  }

  /// Twice the limit, for what was read before the doors stopped reading.
  private long takenMax() {
    return 2L * settings.bytesInFlightMax();
  }

  private @Nullable Refusal reserve(long cost) {
    if (bytesInFlight.addAndGet(cost) <= takenMax()) {
      return null;
    }
    bytesInFlight.addAndGet(-cost);
    return refuse(Refusal.Kind.BUSY, "too many messages are waiting for the log");
  }

  private void appendReserved(RawMessage message, Answer answer) {
    Step step = traces.isOn() ? follow(message) : null;
    log.append(
        entry(message, step),
        (position, failure) -> {
          bytesInFlight.addAndGet(-cost(message));
          if (step != null) {
            end(step, failure);
          }
          answer.done(failure == null ? accepted() : logUnavailable());
        });
  }

  /// Collects the answers to the messages of one request.
  private static final class AllAnswers implements Answer {

    private final AtomicInteger open;
    private final AtomicReference<@Nullable Refusal> first = new AtomicReference<>();
    private final Answer whole;

    AllAnswers(int messages, Answer whole) {
      this.open = new AtomicInteger(messages);
      this.whole = whole;
    }

    @Override
    public void done(@Nullable Refusal refusal) {
      if (refusal != null) {
        first.compareAndSet(null, refusal);
      }
      if (open.decrementAndGet() == 0) {
        whole.done(first.get());
      }
    }
  }

  private @Nullable Step follow(RawMessage message) {
    Step step = traces.begin(Traces.Kind.ACCEPT, "accept", message.trace());
    return step == null
        ? null
        : step.with("weir.event_id", message.id().value())
            .with("weir.door", message.door().text())
            .with("weir.path", message.path());
  }

  private static void end(Step step, @Nullable LogException failure) {
    if (failure != null) {
      step.failed("the log cannot be written now");
    }
    step.end();
  }

  private Entry entry(RawMessage message, @Nullable Step step) {
    DeviceId device = message.device();
    Headers headers =
        new Headers()
            .add(HeaderNames.EVENT_ID, message.id().value())
            .add(HeaderNames.DOOR, message.door().text())
            .add(HeaderNames.PATH, message.path())
            .add(HeaderNames.QOS, Integer.toString(message.qos()));
    if (step != null) {
      headers.add(HeaderNames.TRACE, step.context());
    }
    return new Entry(
        raw,
        Entry.BY_KEY,
        device == null ? null : device.value(),
        message.receivedAt().toEpochMilli(),
        message.payload(),
        headers);
  }

  private @Nullable Refusal accepted() {
    accepted.increment();
    return null;
  }

  private Refusal logUnavailable() {
    return refuse(Refusal.Kind.LOG_UNAVAILABLE, "the log cannot be written now");
  }

  /// Counts a refusal that a door decided on its own, before the message reached the intake.
  public Refusal refuse(Refusal.Kind kind, String detail) {
    counter(kind).increment();
    return new Refusal(kind, detail);
  }

  /// Whether doors may go on reading. They should look before each read, and again some
  /// milliseconds after a no. Up to twice the limit is still taken, for what was read already.
  public boolean hasRoom() {
    return bytesInFlight.get() < settings.bytesInFlightMax();
  }

  /// What is on its way to the log, counted with the overhead of each message.
  public long bytesInFlight() {
    return bytesInFlight.get();
  }

  /// Messages accepted since the start.
  public long acceptedCount() {
    return accepted.sum();
  }

  /// Messages refused since the start, for one reason.
  public long refusedCount(Refusal.Kind kind) {
    return counter(kind).sum();
  }

  private LongAdder counter(Refusal.Kind kind) {
    return Objects.requireNonNull(refused.get(kind));
  }

  public IntakeSettings settings() {
    return settings;
  }
}
