package weir.subscriber;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import weir.device.Database;
import weir.device.DeviceId;
import weir.device.Directory;
import weir.device.FieldError;
import weir.device.Form;
import weir.device.Outcome;
import weir.log.Entry;
import weir.log.EventLog;
import weir.log.Headers;
import weir.log.LogException;
import weir.log.Topic;

/// What applications ask for: checked here, appended to the log, and kept by the follower. Safe
/// for use by many threads.
///
/// A request is answered when it is durable in the log. It matches events within a second.
public final class Subscriptions {

  private static final int HOURS_DEFAULT = 24;
  private static final long APPEND_SECONDS = 5;

  private final Database database;
  private final Directory directory;
  private final EventLog log;
  private final Topic topic;
  private final InstantSource clock;

  public Subscriptions(
      Database database, Directory directory, EventLog log, Topic topic, InstantSource clock) {
    this.database = database;
    this.directory = directory;
    this.log = log;
    this.topic = topic;
    this.clock = clock;
  }

  /// A request that is in the log.
  public record Accepted(String id, Selector selector, Instant askedAt) {}

  /// Asks for events; asking again for the same extends.
  ///
  /// @param device the device that the path names; null when the form says what is selected
  public Outcome<Accepted> subscribe(String application, @Nullable String device, ObjectNode form) {
    Form fields = new Form(form);
    fields.ignore("service_id");
    Duration lifetime = lifetime(fields);
    String named = device != null ? device : fields.textOrNull("device_id", DeviceId.LENGTH_MAX);
    String type = device != null ? null : fields.textOrNull("device_type", 64);
    String filter = filter(fields);
    if (named == null && type == null && filter == null) {
      fields.reject("device_id", "is missing, and so are device_type and filter");
    }
    List<FieldError> wrong = fields.errors();
    if (!wrong.isEmpty()) {
      return new Outcome.Invalid<>(wrong);
    }
    boolean known =
        (named == null || DeviceId.parse(named).flatMap(directory::device).isPresent())
            && (type == null || directory.type(type).isPresent());
    if (!known) {
      return new Outcome.Missing<>();
    }
    return append(
        new SubscriptionRequest(application, new Selector(named, type, filter), now(), lifetime));
  }

  /// Hours as a number, or as a text that is one.
  private static Duration lifetime(Form fields) {
    JsonNode value = fields.value("expiry_hours");
    int hours = HOURS_DEFAULT;
    if (value != null) {
      String text = value.isTextual() ? value.textValue().strip() : value.toString();
      hours = text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : 0;
    }
    if (hours < 1 || hours > SubscriptionRequest.HOURS_MAX) {
      fields.reject(
          "expiry_hours", "must be a whole number from 1 to " + SubscriptionRequest.HOURS_MAX);
    }
    return Duration.ofHours(hours);
  }

  private static @Nullable String filter(Form fields) {
    JsonNode value = fields.value("filter");
    if (value == null) {
      return null;
    }
    try {
      EventFilter _ = EventFilter.of(value);
    } catch (IllegalArgumentException e) {
      fields.reject("filter", String.valueOf(e.getMessage()));
    }
    return value.toString();
  }

  /// Makes a subscription last longer, or live again.
  public Outcome<Accepted> renew(String id, ObjectNode form) {
    Form fields = new Form(form);
    Duration lifetime = lifetime(fields);
    List<FieldError> wrong = fields.errors();
    if (!wrong.isEmpty()) {
      return new Outcome.Invalid<>(wrong);
    }
    return find(id)
        .map(
            known ->
                append(
                    new SubscriptionRequest(
                        known.application(), known.selector(), now(), lifetime)))
        .orElseGet(Outcome.Missing::new);
  }

  public Outcome<Accepted> cancel(String id) {
    return find(id)
        .map(
            known ->
                append(new SubscriptionRequest(known.application(), known.selector(), now(), null)))
        .orElseGet(Outcome.Missing::new);
  }

  public Optional<Subscription> find(String id) {
    return database.read(handle -> SubscriptionTable.find(handle, id)).map(Kept::subscription);
  }

  public List<Subscription> list(SubscriptionQuery query) {
    return database.read(handle -> SubscriptionTable.list(handle, query));
  }

  /// @throws LogException when the log does not take it in time
  private Outcome<Accepted> append(SubscriptionRequest request) {
    Entry entry =
        new Entry(
            topic,
            Entry.BY_KEY,
            request.id(),
            request.askedAt().toEpochMilli(),
            request.json(),
            new Headers());
    try {
      var _ = log.append(entry).get(APPEND_SECONDS, TimeUnit.SECONDS);
      return new Outcome.Saved<>(new Accepted(request.id(), request.selector(), request.askedAt()));
    } catch (ExecutionException | TimeoutException e) {
      throw new LogException("the log does not take a subscription", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogException("interrupted", e);
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
