package weir.subscriber;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.event.EventHeader;
import weir.log.LogRecord;

/// Who wants an event. Safe for use by many threads.
interface SubscriptionIndex extends AutoCloseable {

  /// What an event is and which applications want it.
  record Match(EventHeader.Outline event, Set<String> applications) {}

  /// Puts subscriptions in the place of what was known of them. What was asked for earlier than
  /// what is there changes nothing.
  void put(List<Kept> subscriptions);

  /// Tells which records are asked for next. To be called by the thread that asks.
  void prepare(List<LogRecord> records);

  /// Who wants this record, of those prepared last; null when nobody does.
  ///
  /// @throws IllegalArgumentException or `BufferUnderflowException` when it is no event
  @Nullable Match match(LogRecord record);

  /// Forgets what stopped matching before a time.
  void prune(Instant before);

  /// Subscriptions that are known.
  long size();

  /// Asks whoever holds it, and returns when they answer.
  void reach();

  @Override
  void close();
}
