package weir.view;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import weir.event.HeaderNames;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.Headers;
import weir.log.LogRecord;
import weir.log.Position;
import weir.log.Topics;

/// What was set aside: listed, shown, and sent through the pipeline again.
///
/// A replay appends the original bytes to the raw topic under the same event id, and then a
/// marker (a record without a value) to the dead letters, so that a letter is replayed once,
/// however often it is asked for. A crash between the two can replay a letter twice; the
/// event id keeps it stored once. Safe for many threads; every call reads the topic from its
/// start.
public final class DeadLetters {

  /// One dead letter.
  ///
  /// @param position its name: `partition-offset` in the dead-letter topic
  /// @param origin where the message was in the log when it was set aside
  @SuppressWarnings("ArrayRecordComponent") // Bytes pass through uncopied.
  public record Letter(
      String position,
      String eventId,
      @Nullable String device,
      String family,
      String reason,
      String detail,
      String door,
      String path,
      String origin,
      long receivedMillis,
      boolean replayed,
      byte[] payload) {}

  private final EventLog log;
  private final Topics topics;

  public DeadLetters(EventLog log, Topics topics) {
    this.log = log;
    this.topics = topics;
  }

  /// The newest letters that the filter lets through, newest first.
  public List<Letter> list(Predicate<Letter> filter, int limit) {
    ArrayDeque<Letter> newest = new ArrayDeque<>();
    scan(
        letter -> {
          if (filter.test(letter)) {
            newest.addFirst(letter);
            if (newest.size() > limit) {
              newest.removeLast();
            }
          }
        });
    return List.copyOf(newest);
  }

  public Optional<Letter> find(String position) {
    return list(letter -> letter.position().equals(position), 1).stream().findFirst();
  }

  /// Sends the letters that the filter lets through to the pipeline again, those not replayed
  /// yet, oldest first; returns their positions once all are durable.
  public List<String> replay(Predicate<Letter> filter, int limit) {
    List<Letter> chosen = new ArrayList<>();
    scan(
        letter -> {
          if (chosen.size() < limit && !letter.replayed() && filter.test(letter)) {
            chosen.add(letter);
          }
        });
    List<CompletableFuture<Position>> appends = new ArrayList<>();
    for (Letter letter : chosen) {
      appends.add(log.append(again(letter)));
    }
    appends.forEach(CompletableFuture::join);
    List<CompletableFuture<Position>> markers = new ArrayList<>();
    for (Letter letter : chosen) {
      markers.add(log.append(marker(letter)));
    }
    markers.forEach(CompletableFuture::join);
    return chosen.stream().map(Letter::position).toList();
  }

  /// Sends a letter with other bytes or another path to the pipeline, under the same event
  /// id, and marks it as replayed; returns when both are durable.
  public void repair(Letter letter, byte[] payload, String path) {
    log.append(again(letter, payload, path)).join();
    log.append(marker(letter)).join();
  }

  private Entry again(Letter letter) {
    return again(letter, letter.payload(), letter.path());
  }

  private Entry again(Letter letter, byte[] payload, String path) {
    Headers headers =
        new Headers()
            .add(HeaderNames.EVENT_ID, letter.eventId())
            .add(HeaderNames.DOOR, letter.door())
            .add(HeaderNames.PATH, path)
            .add(HeaderNames.QOS, "1")
            .add(HeaderNames.REPLAY_OF, letter.position());
    return new Entry(
        topics.raw(), Entry.BY_KEY, letter.device(), letter.receivedMillis(), payload, headers);
  }

  private Entry marker(Letter letter) {
    return new Entry(
        topics.dlq(),
        Entry.BY_KEY,
        letter.device(),
        letter.receivedMillis(),
        null,
        new Headers().add(HeaderNames.REPLAY_OF, letter.position()));
  }

  private static Letter letter(LogRecord dead, byte[] payload, Set<String> replayed) {
    Headers headers = dead.headers();
    String position = dead.position().partition().number() + "-" + dead.position().offset();
    return new Letter(
        position,
        headers.text(HeaderNames.EVENT_ID).orElse(""),
        dead.key(),
        headers.text(HeaderNames.FAMILY).orElse("unknown"),
        headers.text(HeaderNames.REASON).orElse("FAILED"),
        headers.text(HeaderNames.DETAIL).orElse(""),
        headers.text(HeaderNames.DOOR).orElse("mqtt"),
        headers.text(HeaderNames.PATH).orElse(""),
        headers.text(HeaderNames.ORIGIN).orElse(""),
        dead.timestampMillis(),
        replayed.contains(position),
        payload);
  }

  /// Reads every letter, oldest first; the markers are read before, to know what was
  /// replayed.
  private void scan(Consumer<Letter> reader) {
    Set<String> replayed = new HashSet<>();
    readAll(
        dead -> {
          if (dead.value() == null) {
            dead.headers().text(HeaderNames.REPLAY_OF).ifPresent(replayed::add);
          }
        });
    readAll(
        dead -> {
          byte[] payload = dead.value();
          if (payload != null) {
            reader.accept(letter(dead, payload, replayed));
          }
        });
  }

  private void readAll(Consumer<LogRecord> visitor) {
    try (EventLog.LogReader reader = log.reader()) {
      Scan.all(reader, log.ranges(Set.of(topics.dlq())), visitor);
    }
  }
}
