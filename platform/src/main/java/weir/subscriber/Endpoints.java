package weir.subscriber;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import weir.device.Database;
import weir.device.FieldError;
import weir.device.Form;
import weir.device.Outcome;

/// The endpoints of all applications, in memory whole. Safe for use by many threads; a change is
/// on the disk before it is seen.
public final class Endpoints {

  private static final int TIMEOUT_SECONDS_MAX = 30;
  private static final int IN_FLIGHT_MAX = 64;

  private final Database database;
  private final EndpointTable table;
  private final SubscriberSettings settings;
  private final CallbackUrls urls;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Endpoint> byApplication = new ConcurrentHashMap<>();
  private final Map<Long, Endpoint> byNumber = new ConcurrentHashMap<>();
  private final List<LongConsumer> moved = new CopyOnWriteArrayList<>();

  public Endpoints(
      Database database, SecretBox box, SubscriberSettings settings, InstantSource clock) {
    this.database = database;
    this.table = new EndpointTable(box);
    this.settings = settings;
    this.urls = new CallbackUrls(settings);
    this.clock = clock;
    reload();
  }

  /// Reads all of them again, because another process changed some.
  public void reload() {
    List<Endpoint> _ = database.write(table::all, this::replaceAll);
  }

  /// In the order of the commits, so that none is lost that is being made.
  private void replaceAll(List<Endpoint> now) {
    now.forEach(this::keep);
    Set<String> applications = now.stream().map(Endpoint::application).collect(Collectors.toSet());
    byApplication.keySet().retainAll(applications);
    byNumber.values().removeIf(endpoint -> !applications.contains(endpoint.application()));
  }

  /// The endpoint, if there is one and it wants events; memory is believed when it says yes,
  /// because a lane that is laid to rest by mistake would not be woken.
  public Optional<Endpoint> active(long number) {
    Optional<Endpoint> known = byNumber(number).filter(Endpoint::isActive);
    if (known.isPresent()) {
      return known;
    }
    Optional<Endpoint> stored = database.read(handle -> table.find(handle, number));
    stored.ifPresent(this::keep);
    return stored.filter(Endpoint::isActive);
  }

  public Optional<Endpoint> of(String application) {
    return Optional.ofNullable(byApplication.get(application));
  }

  public Optional<Endpoint> byNumber(long number) {
    return Optional.ofNullable(byNumber.get(number));
  }

  public Collection<Endpoint> all() {
    return List.copyOf(byApplication.values());
  }

  /// What is wrong with a callback URL, if anything is.
  List<FieldError> errors(String field, String url) {
    return urls.errors(field, url);
  }

  /// Makes an endpoint with the standard options, as part of a greater change.
  Endpoint create(Handle handle, String application, String url) {
    Endpoint fresh =
        new Endpoint(
            0,
            application,
            CallbackUrls.parse(url).orElseThrow(),
            new Endpoint.Options(
                Endpoint.Format.EVENT,
                Endpoint.Order.NONE,
                Endpoint.OnRefusal.PARK,
                settings.requests().inFlightMax(),
                settings.requests().timeout()),
            new Endpoint.Condition(Endpoint.State.ACTIVE, "", now()),
            new Endpoint.Secrets(SigningSecret.fresh(random), null, null));
    return table.insert(handle, fresh);
  }

  /// Leads an application's events to another URL, as part of a greater change.
  void lead(Handle handle, String application, String url) {
    Optional<Endpoint> known = table.find(handle, application);
    if (known.isPresent()) {
      table.update(handle, known.get().at(CallbackUrls.parse(url).orElseThrow()));
    } else {
      Endpoint _ = create(handle, application, url);
    }
  }

  void drop(Handle handle, String application) {
    table.delete(handle, application);
  }

  /// Follows a change of an application that was committed.
  void reload(String application) {
    Optional<Endpoint> found = database.read(handle -> table.find(handle, application));
    if (found.isPresent()) {
      keep(found.get());
      return;
    }
    Endpoint gone = byApplication.remove(application);
    if (gone != null) {
      byNumber.remove(gone.number());
    }
  }

  private void keep(Endpoint endpoint) {
    byApplication.put(endpoint.application(), endpoint);
    Endpoint before = byNumber.put(endpoint.number(), endpoint);
    if (before != null && !before.url().equals(endpoint.url())) {
      moved.forEach(listener -> listener.accept(endpoint.number()));
    }
  }

  /// Has somebody told of each endpoint that leads elsewhere from now on; must not wait.
  public void whenMoved(LongConsumer listener) {
    moved.add(listener);
  }

  /// Changes what the form names. An application without an endpoint gets one, which needs a URL.
  public Outcome<Endpoint> change(String application, ObjectNode form) {
    Form fields = new Form(form);
    String url = fields.textOrNull("url", CallbackUrls.LENGTH_MAX);
    Wishes wishes = wishes(fields);
    List<FieldError> wrong = fields.errors();
    if (wrong.isEmpty() && url != null) {
      wrong = urls.errors("url", url);
    }
    if (wrong.isEmpty() && url == null && of(application).isEmpty()) {
      wrong = List.of(new FieldError("url", "is missing"));
    }
    return wrong.isEmpty() ? save(application, url, wishes) : new Outcome.Invalid<>(wrong);
  }

  private record Wishes(
      Endpoint.@Nullable Format format,
      Endpoint.@Nullable Order order,
      Endpoint.@Nullable OnRefusal onRefusal,
      @Nullable Integer inFlightMax,
      @Nullable Integer timeoutSeconds) {

    Endpoint.Options over(Endpoint.Options old) {
      return new Endpoint.Options(
          format == null ? old.format() : format,
          order == null ? old.order() : order,
          onRefusal == null ? old.onRefusal() : onRefusal,
          inFlightMax == null ? old.inFlightMax() : inFlightMax,
          timeoutSeconds == null ? old.timeout() : Duration.ofSeconds(timeoutSeconds));
    }
  }

  private static Wishes wishes(Form fields) {
    return new Wishes(
        constant(fields, "format", Endpoint.Format.class, "event, cloudevents, cloudevents-batch"),
        constant(fields, "order", Endpoint.Order.class, "none, device"),
        constant(fields, "on_refusal", Endpoint.OnRefusal.class, "park, block"),
        fields.integerOrNull("in_flight_max", 1, IN_FLIGHT_MAX),
        fields.integerOrNull("timeout_seconds", 1, TIMEOUT_SECONDS_MAX));
  }

  private static <E extends Enum<E>> @Nullable E constant(
      Form fields, String field, Class<E> type, String choice) {
    String text = fields.textOrNull(field, 40);
    Optional<E> found = text == null ? Optional.empty() : Endpoint.constant(type, text);
    if (text != null && found.isEmpty()) {
      fields.reject(field, "must be one of " + choice);
    }
    return found.orElse(null);
  }

  private Outcome<Endpoint> save(String application, @Nullable String url, Wishes wishes) {
    return write(
        handle -> {
          Optional<Endpoint> known = table.find(handle, application);
          if (known.isEmpty() && url == null) {
            return Optional.empty();
          }
          Endpoint old = known.orElseGet(() -> create(handle, application, String.valueOf(url)));
          Endpoint moved = url == null ? old : old.at(CallbackUrls.parse(url).orElseThrow());
          Endpoint changed = moved.with(wishes.over(moved.options()));
          table.update(handle, changed);
          return Optional.of(changed);
        });
  }

  /// Puts an endpoint into a state; changes nothing when it is there already.
  public Outcome<Endpoint> enter(String application, Endpoint.State state, String reason) {
    return update(
        application,
        old -> old.state() == state ? old : old.with(new Endpoint.Condition(state, reason, now())));
  }

  /// Ends an endpoint because of what it did, unless it leads elsewhere or is held by now. Returns
  /// whether it has ended.
  public boolean end(Endpoint seen, Endpoint.State state, String reason) {
    Outcome<Endpoint> outcome =
        update(
            seen.application(),
            old ->
                old.state() == Endpoint.State.ACTIVE && old.url().equals(seen.url())
                    ? old.with(new Endpoint.Condition(state, reason, now()))
                    : old);
    return outcome instanceof Outcome.Saved<Endpoint>(Endpoint now) && now.state() == state;
  }

  /// Makes a new signing secret; the one before still signs for a while.
  public Outcome<Endpoint> rotateSecret(String application, @Nullable Duration grace) {
    Instant until = now().plus(grace == null ? settings.registration().secretGrace() : grace);
    return update(
        application,
        old ->
            old.with(
                new Endpoint.Secrets(SigningSecret.fresh(random), old.secrets().current(), until)));
  }

  private Outcome<Endpoint> update(String application, UnaryOperator<Endpoint> change) {
    return write(
        handle ->
            table
                .find(handle, application)
                .map(
                    old -> {
                      Endpoint changed = change.apply(old);
                      table.update(handle, changed);
                      return changed;
                    }));
  }

  private Outcome<Endpoint> write(Function<Handle, Optional<Endpoint>> change) {
    Optional<Endpoint> saved = database.write(change, found -> found.ifPresent(this::keep));
    return saved.<Outcome<Endpoint>>map(Outcome.Saved::new).orElseGet(Outcome.Missing::new);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
