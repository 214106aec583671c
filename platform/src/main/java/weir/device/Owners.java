package weir.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Whose devices are. Personal data: it is answered to the operator, and is never in messages,
/// events or logs. Safe for use by many threads; a change is durable when the call returns.
public final class Owners {

  private static final int NAME_MAX = 100;
  private static final int EMAIL_MAX = 254;
  private static final int PHONE_MAX = 50;
  private static final int ADDRESS_MAX = 500;
  private static final Pattern EMAIL = Pattern.compile("[^@\\s]+@[^@\\s]+");

  private final Database database;
  private final InstantSource clock;

  Owners(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /// Which owners to list, in the order of their ids.
  ///
  /// @param text found anywhere in id, name, e-mail or phone
  /// @param after start behind this id
  public record Page(@Nullable String text, @Nullable String after, long offset, int limit) {}

  public Optional<Owner> find(String id) {
    return database.read(handle -> OwnerTable.find(handle, id));
  }

  public List<Owner> list(Page page) {
    return database.read(handle -> OwnerTable.list(handle, page));
  }

  /// How many there are on all pages together.
  public long count(@Nullable String text) {
    return database.read(handle -> OwnerTable.count(handle, text));
  }

  /// Enters an owner; one that names no id gets a UUID.
  public Outcome<Owner> create(ObjectNode form) {
    if (!form.hasNonNull("id")) {
      form.put("id", UUID.randomUUID().toString());
    }
    return database.write(
        handle -> {
          Outcome<Owner> read = read(form, clock.instant().truncatedTo(ChronoUnit.MILLIS));
          return read instanceof Outcome.Saved<Owner>(Owner owner) ? insert(handle, owner) : read;
        });
  }

  private static Outcome<Owner> insert(Handle handle, Owner owner) {
    if (OwnerTable.find(handle, owner.id()).isPresent()) {
      return new Outcome.Conflict<>("an owner with this id is there already");
    }
    OwnerTable.put(handle, List.of(owner));
    return new Outcome.Saved<>(owner);
  }

  /// Changes the fields that the patch names; null removes a value.
  public Outcome<Owner> update(String id, ObjectNode patch) {
    return database.write(
        handle -> {
          Optional<Owner> found = OwnerTable.find(handle, id);
          if (found.isEmpty()) {
            return new Outcome.Missing<>();
          }
          ObjectNode merged = MergePatch.apply(json(found.get()), patch);
          Outcome<Owner> read = read(merged, found.get().createdAt());
          if (read instanceof Outcome.Saved<Owner>(Owner owner)) {
            if (!owner.id().equals(id)) {
              return new Outcome.Invalid<>(List.of(new FieldError("id", "cannot be changed")));
            }
            OwnerTable.put(handle, List.of(owner));
          }
          return read;
        });
  }

  /// Deletes an owner that has no devices.
  public Outcome<Owner> delete(String id) {
    return database.write(
        handle -> {
          Optional<Owner> found = OwnerTable.find(handle, id);
          if (found.isEmpty()) {
            return new Outcome.Missing<>();
          }
          long devices = OwnerTable.devicesOf(handle, id);
          if (devices > 0) {
            return new Outcome.Conflict<>("the owner has " + devices + " devices");
          }
          OwnerTable.delete(handle, id);
          return new Outcome.Saved<>(found.get());
        });
  }

  private static Outcome<Owner> read(ObjectNode node, Instant created) {
    Form form = new Form(node);
    form.ignore("created_at");
    String id = form.text("id", DeviceId.LENGTH_MAX);
    if (!id.isEmpty() && !DeviceId.isValid(id)) {
      form.reject("id", "must be 1 to 128 characters of [A-Za-z0-9._:-]");
    }
    String email = form.textOrNull("email", EMAIL_MAX);
    if (email != null && !EMAIL.matcher(email).matches()) {
      form.reject("email", "must be an e-mail address");
    }
    Owner owner =
        new Owner(
            id,
            form.text("name", NAME_MAX),
            email,
            form.textOrNull("phone", PHONE_MAX),
            form.textOrNull("address", ADDRESS_MAX),
            created);
    List<FieldError> errors = form.errors();
    return errors.isEmpty() ? new Outcome.Saved<>(owner) : new Outcome.Invalid<>(errors);
  }

  public static ObjectNode json(Owner owner) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("id", owner.id());
    node.put("name", owner.name());
    node.put("email", owner.email());
    node.put("phone", owner.phone());
    node.put("address", owner.address());
    node.put("created_at", owner.createdAt().toString());
    return node;
  }
}
