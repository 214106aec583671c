package weir.subscriber;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import weir.device.Database;
import weir.device.FieldError;
import weir.device.Form;
import weir.device.Outcome;
import weir.device.Token;

/// The registered applications, in memory whole. Safe for use by many
/// threads. A new database gets three samples, once.
///
/// An application is a service with a callback URL, a program that is interested in device types,
/// or both. Of its key only the SHA-256 is kept.
public final class Applications {

  private static final String KEY_PREFIX = "wsk_";
  private static final int SERVICE_NAME_MAX = 100;
  private static final String FIRST_VERSION = "1.0.0";
  private static final Outcome<Registered> NAME_TAKEN =
      new Outcome.Conflict<>(
          "the name is registered already; its owner or the operator makes a new key with POST"
              + " /api/applications/{id}/regenerate-key");

  private final Database database;
  private final Endpoints endpoints;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Application> byId = new ConcurrentHashMap<>();
  private volatile Map<String, List<Application>> byDeviceType = Map.of();
  private final AtomicLong generation = new AtomicLong();

  public Applications(Database database, Endpoints endpoints, InstantSource clock) {
    this.database = database;
    this.endpoints = endpoints;
    this.clock = clock;
    database.once("sample-applications", handle -> plant(handle, clock.instant()));
    reload();
  }

  /// Reads all of them again, with their endpoints, because another process changed some.
  public void reload() {
    endpoints.reload();
    List<Application> _ = database.write(ApplicationTable::all, this::replaceAll);
  }

  /// In the order of the commits, so that none is lost that is being made.
  private void replaceAll(List<Application> now) {
    now.forEach(each -> byId.put(each.id(), each));
    byId.keySet().retainAll(now.stream().map(Application::id).collect(Collectors.toSet()));
    sortByType();
    long _ = generation.incrementAndGet();
  }

  /// Makes sure that an application which another process registered is in memory.
  void know(String id) {
    if (!byId.containsKey(id)) {
      follow(new Outcome.Saved<>(id), id);
    }
  }

  /// A new application with what is shown this one time.
  ///
  /// @param secret null when it has no callback URL
  public record Registered(Application application, String key, @Nullable SigningSecret secret) {
    @Override
    public String toString() {
      return "Registered[" + application.id() + "]";
    }
  }

  private void sortByType() {
    Map<String, List<Application>> byType = new HashMap<>();
    for (Application application : list()) {
      if (application.status() == Application.Status.ACTIVE) {
        for (String type : application.deviceTypes()) {
          byType.computeIfAbsent(type, key -> new ArrayList<>()).add(application);
        }
      }
    }
    byType.replaceAll((type, applications) -> List.copyOf(applications));
    byDeviceType = byType;
  }

  public List<Application> list() {
    return byId.values().stream().sorted(Comparator.comparing(Application::name)).toList();
  }

  public Optional<Application> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /// Where the owner of an application can be written to; empty when they did not say.
  public String email(String id) {
    return database.read(handle -> ApplicationTable.email(handle, id));
  }

  /// Whether there is such an application and it is to get events.
  public boolean isActive(String id) {
    return find(id).filter(found -> found.status() == Application.Status.ACTIVE).isPresent();
  }

  /// The active applications that named exactly this type.
  public List<Application> byDeviceType(String type) {
    return byDeviceType.getOrDefault(type, List.of());
  }

  /// Changes when the answer of [#byDeviceType] may have changed.
  public long generation() {
    return generation.get();
  }

  /// Registers a service by its name and callback URL alone.
  public Outcome<Registered> register(ObjectNode form) {
    Form fields = new Form(form);
    String name = fields.text("service_name", SERVICE_NAME_MAX);
    String url = fields.text("callback_url", CallbackUrls.LENGTH_MAX);
    List<FieldError> wrong = new ArrayList<>(fields.errors());
    if (!url.isEmpty()) {
      wrong.addAll(endpoints.errors("callback_url", url));
    }
    if (!wrong.isEmpty()) {
      return new Outcome.Invalid<>(wrong);
    }
    Instant now = now();
    Application fresh =
        new Application(
            UUID.randomUUID().toString(),
            name,
            name,
            FIRST_VERSION,
            null,
            null,
            null,
            List.of(),
            Application.Status.ACTIVE,
            now,
            now);
    return insert(fresh, "", Optional.of(url));
  }

  public Outcome<Registered> create(ObjectNode node) {
    ApplicationForm form = new ApplicationForm(node, UUID.randomUUID().toString(), null, "", now());
    List<FieldError> wrong = errors(form);
    return wrong.isEmpty()
        ? insert(form.application(), form.email(), form.callbackUrl())
        : new Outcome.Invalid<>(wrong);
  }

  private List<FieldError> errors(ApplicationForm form) {
    List<FieldError> wrong = new ArrayList<>(form.errors());
    form.callbackUrl().ifPresent(url -> wrong.addAll(endpoints.errors("callback_url", url)));
    return wrong;
  }

  private Outcome<Registered> insert(Application fresh, String email, Optional<String> url) {
    String key = Token.fresh(KEY_PREFIX, random);
    return database.write(
        handle -> {
          if (ApplicationTable.isTaken(handle, fresh.name(), fresh.id())) {
            return NAME_TAKEN;
          }
          ApplicationTable.insert(handle, fresh, email, Token.hash(key));
          Optional<Endpoint> endpoint =
              url.map(given -> endpoints.create(handle, fresh.id(), given));
          return new Outcome.Saved<>(
              new Registered(
                  fresh, key, endpoint.map(made -> made.secrets().current()).orElse(null)));
        },
        outcome -> follow(outcome, fresh.id()));
  }

  /// Changes what the form names; what it does not name stays.
  public Outcome<Application> update(String id, ObjectNode node) {
    Optional<Application> old = find(id);
    if (old.isEmpty()) {
      return new Outcome.Missing<>();
    }
    ApplicationForm form = new ApplicationForm(node, id, old.get(), email(id), now());
    List<FieldError> wrong = errors(form);
    if (!wrong.isEmpty()) {
      return new Outcome.Invalid<>(wrong);
    }
    return database.write(handle -> update(handle, form), outcome -> follow(outcome, id));
  }

  private Outcome<Application> update(Handle handle, ApplicationForm form) {
    Application changed = form.application();
    if (ApplicationTable.find(handle, changed.id()).isEmpty()) {
      return new Outcome.Missing<>();
    }
    if (ApplicationTable.isTaken(handle, changed.name(), changed.id())) {
      return new Outcome.Conflict<>("the name is registered already");
    }
    ApplicationTable.update(handle, changed, form.email());
    if (form.dropsCallback()) {
      endpoints.drop(handle, changed.id());
    }
    form.callbackUrl().ifPresent(url -> endpoints.lead(handle, changed.id(), url));
    return new Outcome.Saved<>(changed);
  }

  /// Deletes it with its endpoint and its subscriptions.
  public Outcome<Application> delete(String id) {
    return database.write(
        handle -> {
          Optional<Application> found = ApplicationTable.find(handle, id);
          if (found.isEmpty()) {
            return new Outcome.Missing<>();
          }
          ApplicationTable.delete(handle, id);
          return new Outcome.Saved<>(found.get());
        },
        outcome -> follow(outcome, id));
  }

  /// Makes a new key; the one before is worth nothing from now on.
  public Outcome<Registered> regenerateKey(String id) {
    String key = Token.fresh(KEY_PREFIX, random);
    return database.write(
        handle -> {
          if (ApplicationTable.setKeyHash(handle, id, Token.hash(key), now()) == 0) {
            return new Outcome.Missing<>();
          }
          Application application = ApplicationTable.find(handle, id).orElseThrow();
          return new Outcome.Saved<>(new Registered(application, key, null));
        },
        outcome -> follow(outcome, id));
  }

  /// Whether this is the key of the application, which must be active.
  public boolean isKey(String id, String key) {
    Optional<String> hash = database.read(handle -> ApplicationTable.keyHash(handle, id));
    return isActive(id) && hash.isPresent() && Token.isSame(hash.get(), Token.hash(key));
  }

  /// Brings memory up to date with a change that was committed.
  private void follow(Outcome<?> outcome, String id) {
    if (!(outcome instanceof Outcome.Saved)) {
      return;
    }
    endpoints.reload(id);
    Optional<Application> now = database.read(handle -> ApplicationTable.find(handle, id));
    Application before = now.isPresent() ? byId.put(id, now.get()) : byId.remove(id);
    boolean typed = before != null && !before.deviceTypes().isEmpty();
    if (typed || now.filter(each -> !each.deviceTypes().isEmpty()).isPresent()) {
      sortByType();
      long _ = generation.incrementAndGet();
    }
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private static void plant(Handle handle, Instant now) {
    for (JsonNode sample : samples()) {
      ObjectNode node = (ObjectNode) sample;
      String id = node.path("id").asText();
      ApplicationForm form = new ApplicationForm(node, id, null, "", now);
      if (!form.errors().isEmpty()) {
        throw new IllegalStateException("the sample " + id + " is wrong: " + form.errors());
      }
      ApplicationTable.insert(handle, form.application(), form.email(), "");
    }
  }

  private static JsonNode samples() {
    String file = "seed/applications.yaml";
    try (InputStream in = Applications.class.getResourceAsStream(file)) {
      return new YAMLMapper().readTree(Objects.requireNonNull(in, file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
