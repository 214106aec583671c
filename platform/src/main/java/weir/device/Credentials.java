package weir.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import weir.device.CredentialTable.Hashed;

/// The rights of devices to connect: user name is the device id, password a token that was made
/// here. Safe for use by many threads.
///
/// A device may have several, so that a new one can be rolled out before the old one is revoked.
public final class Credentials {

  /// Credentials of one device that are valid at a time.
  public static final int PER_DEVICE_MAX = 20;

  static final String PREFIX = "wdt_";
  private static final int LABEL_MAX = 100;
  private static final int PASSWORD_CHARS_MAX = 1024;
  private static final int FAILURES_FREE = 5;
  private static final Duration BACKOFF_MAX = Duration.ofSeconds(5);

  /// More than the clocks of two processes differ, and than it takes to hear of a change.
  private static final Duration LOOK_BACK = Duration.ofMinutes(1);

  private final Database database;
  private final DirectoryCache cache;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final LongAdder refused = new LongAdder();
  private final Cache<String, Boolean> told =
      Caffeine.newBuilder().expireAfterWrite(LOOK_BACK.multipliedBy(2)).build();
  private final Cache<String, Integer> failures =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(Duration.ofMinutes(10)).build();

  Credentials(Database database, DirectoryCache cache, InstantSource clock) {
    this.database = database;
    this.cache = cache;
    this.clock = clock;
  }

  /// A credential with its token, which cannot be seen again.
  public record Issued(Credential credential, String token) {
    @Override
    public String toString() {
      return "Issued[" + credential + "]";
    }
  }

  /// The credential that was shown: the user is an enabled device and the password one of its
  /// tokens. Empty when it is not so.
  ///
  /// The right token is always let in, so nobody can lock a device out by guessing; a door should
  /// hold back its refusal for [#backoff].
  ///
  /// @throws DirectoryException when the database cannot be asked
  public Optional<Credential> verify(String user, String password) {
    Optional<Credential> shown =
        password.length() <= PASSWORD_CHARS_MAX ? find(user, password) : Optional.empty();
    if (shown.isEmpty()) {
      refused.increment();
      failures.asMap().merge(user, 1, Integer::sum);
    }
    return shown;
  }

  private Optional<Credential> find(String user, String password) {
    Optional<DeviceId> id = DeviceId.parse(user);
    try {
      return id.flatMap(cache::device)
          .filter(Device::enabled)
          .flatMap(device -> match(cache.credentials(device.id()), Token.hash(password)));
    } catch (JdbiException e) {
      throw new DirectoryException("the registry's database cannot be asked", e);
    }
  }

  /// Looks at all of them, so that the time it takes does not tell which one is right.
  private Optional<Credential> match(List<Hashed> candidates, String hash) {
    Instant now = clock.instant();
    Credential match = null;
    for (Hashed candidate : candidates) {
      if (candidate.credential().isValidAt(now) && Token.isSame(candidate.tokenHash(), hash)) {
        match = candidate.credential();
      }
    }
    return Optional.ofNullable(match);
  }

  /// How long a door should wait before it refuses this user again: nothing for the first five
  /// failures of ten minutes, then doubling up to five seconds.
  public Duration backoff(String user) {
    Integer failed = failures.getIfPresent(user);
    if (failed == null || failed <= FAILURES_FREE) {
      return Duration.ZERO;
    }
    Duration wait = Duration.ofMillis(50L << Math.min(failed - FAILURES_FREE, 10));
    return wait.compareTo(BACKOFF_MAX) < 0 ? wait : BACKOFF_MAX;
  }

  /// Passwords that were not right, since the start.
  public long refusedCount() {
    return refused.sum();
  }

  public Outcome<Issued> issue(DeviceId device, ObjectNode form) {
    Form fields = new Form(form);
    String label = fields.text("label", LABEL_MAX, "device");
    Instant expires = fields.timeOrNull("expires_at");
    if (expires != null && !expires.isAfter(clock.instant())) {
      fields.reject("expires_at", "must be in the future");
    }
    List<FieldError> errors = fields.errors();
    if (!errors.isEmpty()) {
      return new Outcome.Invalid<>(errors);
    }
    String token = Token.fresh(PREFIX, random);
    String id = UUID.randomUUID().toString();
    Credential credential = new Credential(id, device, label, now(), expires, null);
    return database.write(
        handle -> issue(handle, new Issued(credential, token)),
        outcome -> cache.changedCredentials(device));
  }

  private Outcome<Issued> issue(Handle handle, Issued issued) {
    Credential credential = issued.credential();
    if (DeviceTable.find(handle, credential.device()).isEmpty()) {
      return new Outcome.Missing<>();
    }
    Instant now = clock.instant();
    long valid =
        CredentialTable.ofDevice(handle, credential.device()).stream()
            .filter(each -> each.credential().isValidAt(now))
            .count();
    if (valid >= PER_DEVICE_MAX) {
      return new Outcome.Conflict<>("the device has " + valid + " valid credentials already");
    }
    CredentialTable.insert(handle, List.of(new Hashed(credential, Token.hash(issued.token()))));
    return new Outcome.Saved<>(issued);
  }

  /// All credentials of a device, those that ended included, oldest first.
  public List<Credential> list(DeviceId device) {
    return database.read(handle -> CredentialTable.ofDevice(handle, device)).stream()
        .map(Hashed::credential)
        .toList();
  }

  /// Takes a credential back; it counts from the next [#verify] on, and the device's connections
  /// end.
  public Outcome<Credential> revoke(DeviceId device, String id) {
    return database.write(
        handle -> {
          Optional<Hashed> found = CredentialTable.find(handle, device, id);
          if (found.isEmpty()) {
            return new Outcome.Missing<>();
          }
          if (found.get().credential().revokedAt() == null) {
            CredentialTable.revoke(handle, id, now());
          }
          return new Outcome.Saved<>(
              CredentialTable.find(handle, device, id).orElseThrow().credential());
        },
        outcome -> {
          cache.changedCredentials(device);
          told.put(id, true);
          cache.barred(device);
        });
  }

  /// Another process issued or revoked some: all are read again, and the connections of devices
  /// that lost one end.
  void changedElsewhere() {
    cache.forgetCredentials();
    Instant since = clock.instant().minus(LOOK_BACK);
    for (Credential revoked :
        database.read(handle -> CredentialTable.revokedSince(handle, since))) {
      if (told.asMap().putIfAbsent(revoked.id(), true) == null) {
        cache.barred(revoked.device());
      }
    }
  }

  public static ObjectNode json(Credential credential) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("id", credential.id());
    node.put("device", credential.device().value());
    node.put("label", credential.label());
    node.put("created_at", credential.createdAt().toString());
    node.put("expires_at", text(credential.expiresAt()));
    node.put("revoked_at", text(credential.revokedAt()));
    return node;
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
