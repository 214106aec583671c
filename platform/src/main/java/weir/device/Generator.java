package weir.device;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import weir.device.CredentialTable.Hashed;

/// Makes sample devices: household appliances of six types and their models, each with an owner,
/// and with a token when that is wanted. The same seed and number make the same device, so asking
/// again makes nothing twice. Devices that are there already are left alone.
public final class Generator {

  public static final int COUNT_MAX = 100_000;

  /// Tokens are answered once, so not too many at a time.
  public static final int TOKENS_MAX = 10_000;

  private static final int PER_TRANSACTION = 2_000;
  private static final List<String> TYPES =
      List.of(
          "Refrigerator", "Television", "AirConditioner", "WashingMachine", "AirPurifier", "Oven");
  private static final List<String> FIRST_NAMES =
      List.of(
          "Ada",
          "Alan",
          "Barbara",
          "Carlos",
          "Chen",
          "Dalia",
          "Edsger",
          "Fatima",
          "Grace",
          "Hedy",
          "Ivan",
          "Joan",
          "Kenji",
          "Leila",
          "Margaret",
          "Niklaus",
          "Olga",
          "Priya",
          "Radia",
          "Tim");
  private static final List<String> LAST_NAMES =
      List.of(
          "Anders",
          "Bauer",
          "Costa",
          "Diaz",
          "Eriksen",
          "Fischer",
          "Garcia",
          "Haddad",
          "Ito",
          "Jensen",
          "Kowalski",
          "Lopez",
          "Moreau",
          "Novak",
          "Okafor",
          "Patel",
          "Quinn",
          "Rossi",
          "Silva",
          "Tanaka");
  private static final List<String> STREETS =
      List.of("Elm Street", "Station Road", "Mill Lane", "Harbour Way", "Garden Row");

  private final Database database;
  private final DirectoryCache cache;
  private final Outbox outbox;
  private final InstantSource clock;
  private final SecureRandom secure = new SecureRandom();

  Generator(Database database, DirectoryCache cache, Outbox outbox, InstantSource clock) {
    this.database = database;
    this.cache = cache;
    this.outbox = outbox;
    this.clock = clock;
  }

  /// What to make.
  ///
  /// @param first the number of the first device
  /// @param tokensFor how long tokens are valid; zero for no tokens
  public record Wish(int count, long first, long seed, boolean owners, Duration tokensFor) {}

  /// What was made.
  ///
  /// @param existing how many of the devices were there already
  public record Made(int created, int existing, int owners, List<Credentials.Issued> tokens) {

    public Made {
      tokens = List.copyOf(tokens);
    }
  }

  /// One device with what belongs to it.
  private record Household(Device device, Owner owner) {}

  /// Makes them, some thousand in a transaction; what was made stays when a later one fails. With
  /// tokens all are made in one, because those of a request that failed would be seen by nobody.
  public Made generate(Wish wish) {
    int perTransaction = wish.tokensFor().isZero() ? PER_TRANSACTION : wish.count();
    int created = 0;
    int owners = 0;
    List<Credentials.Issued> tokens = new ArrayList<>();
    for (int from = 0; from < wish.count(); from += perTransaction) {
      int to = Math.min(wish.count(), from + perTransaction);
      Made some = generate(wish, wish.first() + from, to - from);
      created += some.created();
      owners += some.owners();
      tokens.addAll(some.tokens());
    }
    return new Made(created, wish.count() - created, owners, tokens);
  }

  private Made generate(Wish wish, long first, int count) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Map<DeviceId, Household> households = new LinkedHashMap<>();
    for (long number = first; number < first + count; number++) {
      Household household = household(wish, number, now);
      households.put(household.device().id(), household);
    }
    return database.write(
        handle -> {
          DeviceTable.find(handle, households.keySet()).keySet().forEach(households::remove);
          return store(handle, List.copyOf(households.values()), wish, now);
        },
        made -> {
          cache.changed(households.keySet());
          outbox.wake();
        });
  }

  private Made store(Handle handle, List<Household> households, Wish wish, Instant now) {
    List<Device> devices = households.stream().map(Household::device).toList();
    List<Owner> owners =
        wish.owners() ? households.stream().map(Household::owner).toList() : List.of();
    OwnerTable.put(handle, owners);
    DeviceTable.insert(handle, devices);
    outbox.created(handle, devices);
    List<Credentials.Issued> tokens =
        wish.tokensFor().isZero()
            ? List.of()
            : devices.stream().map(device -> token(device, now, wish.tokensFor())).toList();
    CredentialTable.insert(
        handle,
        tokens.stream()
            .map(issued -> new Hashed(issued.credential(), Token.hash(issued.token())))
            .toList());
    return new Made(devices.size(), 0, owners.size(), tokens);
  }

  private Credentials.Issued token(Device device, Instant now, Duration valid) {
    Credential credential =
        new Credential(
            UUID.randomUUID().toString(), device.id(), "generated", now, now.plus(valid), null);
    return new Credentials.Issued(credential, Token.fresh(Credentials.PREFIX, secure));
  }

  private Household household(Wish wish, long number, Instant now) {
    SplittableRandom random = new SplittableRandom(wish.seed() * 0x9E37_79B9_7F4A_7C15L + number);
    String id = uuid(random);
    String ownerId = uuid(random);
    String type = pick(TYPES, random);
    List<String> models = cache.type(type).map(DeviceType::models).orElse(List.of());
    Device device =
        new Device(
            new DeviceId(id),
            type,
            "nickname_" + (1 + random.nextInt(100)),
            models.isEmpty() ? null : pick(models, random),
            null,
            null,
            wish.owners() ? ownerId : null,
            true,
            null,
            null,
            null,
            Map.of("registered_by", "generator", "reportable", random.nextBoolean()),
            now,
            now,
            1);
    return new Household(device, owner(ownerId, number, random, now));
  }

  /// Names of nobody, addresses that nobody has (RFC 2606), numbers that nobody is called by.
  private static Owner owner(String id, long number, SplittableRandom random, Instant now) {
    String first = pick(FIRST_NAMES, random);
    String last = pick(LAST_NAMES, random);
    String email = (first + "." + last).toLowerCase(Locale.ROOT) + "." + number;
    return new Owner(
        id,
        first + " " + last,
        email + "@example.com",
        "+1-%03d-555-01%02d".formatted(200 + random.nextInt(800), random.nextInt(100)),
        (1 + random.nextInt(200)) + " " + pick(STREETS, random),
        now);
  }

  /// Of version 4, but from the seed.
  private static String uuid(SplittableRandom random) {
    long high = (random.nextLong() & ~0xF000L) | 0x4000L;
    long low = (random.nextLong() >>> 2) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }

  private static <T> T pick(List<T> from, SplittableRandom random) {
    return from.get(random.nextInt(from.size()));
  }
}
