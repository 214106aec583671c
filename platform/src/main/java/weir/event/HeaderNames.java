package weir.event;

/// The names of the log headers that Weir writes beside a record's value. All are UTF-8 text except
/// [#EVENT].
public final class HeaderNames {

  /// On every record: the event id.
  public static final String EVENT_ID = "event-id";

  /// On raw messages: `mqtt` or `http`.
  public static final String DOOR = "door";

  /// On raw messages: the MQTT topic or the HTTP path.
  public static final String PATH = "path";

  /// On raw messages: the MQTT quality of service; 1 for HTTP.
  public static final String QOS = "qos";

  /// On raw messages that come again from the retry topic: how many tries were made.
  public static final String ATTEMPT = "attempt";

  /// On messages in the retry topic: when they are due, in milliseconds since the epoch.
  public static final String DUE = "due";

  /// On messages in the retry topic, and on raw messages that come from there:
  /// `lane:partition:offset:epoch`, the place in the raw topic from where they were handed over.
  /// Within a lane and partition the offsets only rise, so a repeat after a crash is known by
  /// an offset seen before.
  public static final String HANDED = "handed";

  /// On raw messages that were replayed from the dead letters: the dead letter's position.
  public static final String REPLAY_OF = "replay-of";

  /// On raw and enriched messages that are followed: the W3C `traceparent` of the latest step.
  public static final String TRACE = "traceparent";

  /// On what was replayed by the work queue, and on dead letters of such: how often.
  public static final String TRIES = "tries";

  /// On enriched messages: the decoded event in the compact form of [EventHeader].
  public static final String EVENT = "event";

  /// On dead letters: a [Rejection.Reason].
  public static final String REASON = "reason";

  /// On dead letters: what exactly was wrong.
  public static final String DETAIL = "detail";

  /// On dead letters: where the message was in the log, `topic-partition@offset`.
  public static final String ORIGIN = "origin";

  /// On dead letters: the dialect family, when one was recognised.
  public static final String FAMILY = "family";

  private HeaderNames() {}
}
