package weir.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// The registered device types. Safe for use by many threads; a change is durable when the call
/// returns, and the directory knows it.
public final class DeviceTypes {

  private static final String UNDESCRIBED = "Registered when a device named it";

  private final Database database;
  private final DirectoryCache cache;
  private final InstantSource clock;

  DeviceTypes(Database database, DirectoryCache cache, InstantSource clock) {
    this.database = database;
    this.cache = cache;
    this.clock = clock;
  }

  public Optional<DeviceType> find(String name) {
    return database.read(handle -> DeviceTypeTable.find(handle, name));
  }

  /// All of them, by name.
  public List<DeviceType> list() {
    return database.read(DeviceTypeTable::all);
  }

  public static ObjectNode json(DeviceType type) {
    return DeviceTypeForm.json(type);
  }

  public Outcome<DeviceType> create(ObjectNode form) {
    return database.write(handle -> create(handle, form), this::changed);
  }

  private Outcome<DeviceType> create(Handle handle, ObjectNode form) {
    Instant now = now();
    DeviceTypeForm checked = new DeviceTypeForm(form, now, now, 1);
    List<FieldError> errors = checked.errors();
    if (!errors.isEmpty()) {
      return new Outcome.Invalid<>(errors);
    }
    DeviceType type = checked.type();
    if (DeviceTypeTable.find(handle, type.name()).isPresent()) {
      return new Outcome.Conflict<>("a device type with this name is registered already");
    }
    DeviceTypeTable.insert(handle, type);
    return new Outcome.Saved<>(type);
  }

  /// Registers a type of which nothing is known but its name; one that is there stays as it is.
  DeviceType register(String name) {
    Optional<DeviceType> known = cache.type(name);
    if (known.isPresent()) {
      return known.get();
    }
    ObjectNode form =
        Json.MAPPER.createObjectNode().put("name", name).put("description", UNDESCRIBED);
    return switch (create(form)) {
      case Outcome.Saved<DeviceType>(DeviceType type) -> type;
      case Outcome.Conflict<DeviceType> conflict -> find(name).orElseThrow();
      case Outcome.Invalid<DeviceType>(List<FieldError> errors) ->
          throw new IllegalArgumentException("device type: " + errors);
      case Outcome.Missing<DeviceType> missing -> throw new IllegalStateException(name);
      case Outcome.Stale<DeviceType> stale -> throw new IllegalStateException(name);
    };
  }

  /// Changes the fields that the patch names; null removes a value.
  public Outcome<DeviceType> update(String name, ObjectNode patch, Precondition precondition) {
    return database.write(handle -> update(handle, name, patch, precondition), this::changed);
  }

  private Outcome<DeviceType> update(
      Handle handle, String name, ObjectNode patch, Precondition precondition) {
    Optional<DeviceType> found = DeviceTypeTable.find(handle, name);
    if (found.isEmpty()) {
      return new Outcome.Missing<>();
    }
    DeviceType current = found.get();
    if (!precondition.and(patch).admits(current.version())) {
      return new Outcome.Stale<>(current.version());
    }
    ObjectNode merged = MergePatch.apply(DeviceTypeForm.json(current), patch);
    DeviceTypeForm checked =
        new DeviceTypeForm(merged, current.createdAt(), now(), current.version() + 1);
    List<FieldError> errors = checked.errors();
    if (!errors.isEmpty()) {
      return new Outcome.Invalid<>(errors);
    }
    DeviceType type = checked.type();
    if (!type.name().equals(name)) {
      return new Outcome.Invalid<>(List.of(new FieldError("name", "cannot be changed")));
    }
    DeviceTypeTable.update(handle, type);
    return new Outcome.Saved<>(type);
  }

  private void changed(Outcome<DeviceType> outcome) {
    if (outcome instanceof Outcome.Saved<DeviceType>(DeviceType type)) {
      cache.changed(type);
    }
  }

  /// Deletes a type that no device is of.
  public Outcome<DeviceType> delete(String name, Precondition precondition) {
    return database.write(
        handle -> delete(handle, name, precondition),
        outcome -> {
          if (outcome instanceof Outcome.Saved<DeviceType>(DeviceType type)) {
            cache.removed(type);
          }
        });
  }

  private Outcome<DeviceType> delete(Handle handle, String name, Precondition precondition) {
    Optional<DeviceType> found = DeviceTypeTable.find(handle, name);
    if (found.isEmpty()) {
      return new Outcome.Missing<>();
    }
    DeviceType type = found.get();
    if (!precondition.admits(type.version())) {
      return new Outcome.Stale<>(type.version());
    }
    long devices = DeviceTable.countOfType(handle, name);
    if (devices > 0) {
      return new Outcome.Conflict<>(devices + " devices are of this type");
    }
    DeviceTypeTable.delete(handle, name);
    return new Outcome.Saved<>(type);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
