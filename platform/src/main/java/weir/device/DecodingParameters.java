package weir.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// The decoding parameters. Safe for use by many threads; a change is durable when the call
/// returns, and the directory knows it.
///
/// A parameter may be there before its device is, and goes when its device is deleted.
public final class DecodingParameters {

  private final Database database;
  private final DirectoryCache cache;
  private final InstantSource clock;

  DecodingParameters(Database database, DirectoryCache cache, InstantSource clock) {
    this.database = database;
    this.cache = cache;
    this.clock = clock;
  }

  public Optional<DecodingParameter> find(long id) {
    return database.read(handle -> ParameterTable.find(handle, id));
  }

  /// Those with an id above the one given, lowest first.
  public List<DecodingParameter> list(long after, int max) {
    return database.read(handle -> ParameterTable.list(handle, after, max));
  }

  /// As [#list(long, int)], those of one device.
  public List<DecodingParameter> list(DeviceId device, long after, int max) {
    return database.read(handle -> ParameterTable.ofDevice(handle, device)).stream()
        .filter(parameter -> parameter.id() > after)
        .limit(max)
        .toList();
  }

  public static ObjectNode json(DecodingParameter parameter) {
    return ParameterForm.json(parameter);
  }

  public Outcome<DecodingParameter> create(ObjectNode form) {
    return database.write(
        handle -> create(handle, form),
        outcome -> {
          if (outcome instanceof Outcome.Saved<DecodingParameter>(DecodingParameter parameter)) {
            cache.changed(parameter);
          }
        });
  }

  private Outcome<DecodingParameter> create(Handle handle, ObjectNode form) {
    Instant now = now();
    ParameterForm checked = new ParameterForm(form, 0, now, now, 1);
    List<FieldError> errors = checked.errors();
    if (!errors.isEmpty()) {
      return new Outcome.Invalid<>(errors);
    }
    if (ParameterTable.findSame(handle, checked.parameter()).isPresent()) {
      return taken();
    }
    long id = ParameterTable.insert(handle, checked.parameter());
    return new Outcome.Saved<>(ParameterTable.find(handle, id).orElseThrow());
  }

  private static Outcome<DecodingParameter> taken() {
    return new Outcome.Conflict<>(
        "there is a parameter for this device, mode, component type and id already");
  }

  /// Before and after a change.
  private record Replaced(Optional<DecodingParameter> before, Outcome<DecodingParameter> outcome) {}

  /// Changes the fields that the patch names; null removes a value.
  public Outcome<DecodingParameter> update(long id, ObjectNode patch, Precondition precondition) {
    return database
        .write(
            handle -> {
              Optional<DecodingParameter> before = ParameterTable.find(handle, id);
              return new Replaced(before, update(handle, before, patch, precondition));
            },
            this::replaced)
        .outcome();
  }

  private Outcome<DecodingParameter> update(
      Handle handle,
      Optional<DecodingParameter> found,
      ObjectNode patch,
      Precondition precondition) {
    if (found.isEmpty()) {
      return new Outcome.Missing<>();
    }
    DecodingParameter current = found.get();
    if (!precondition.and(patch).admits(current.version())) {
      return new Outcome.Stale<>(current.version());
    }
    ObjectNode merged = MergePatch.apply(ParameterForm.json(current), patch);
    ParameterForm checked =
        new ParameterForm(merged, current.id(), current.createdAt(), now(), current.version() + 1);
    List<FieldError> errors = checked.errors();
    if (!errors.isEmpty()) {
      return new Outcome.Invalid<>(errors);
    }
    DecodingParameter parameter = checked.parameter();
    Optional<DecodingParameter> same = ParameterTable.findSame(handle, parameter);
    if (same.isPresent() && same.get().id() != current.id()) {
      return taken();
    }
    ParameterTable.update(handle, parameter);
    return new Outcome.Saved<>(parameter);
  }

  private void replaced(Replaced replaced) {
    if (replaced.outcome()
        instanceof Outcome.Saved<DecodingParameter>(DecodingParameter parameter)) {
      replaced.before().ifPresent(cache::removed);
      cache.changed(parameter);
    }
  }

  public Outcome<DecodingParameter> delete(long id, Precondition precondition) {
    return database.write(
        handle -> {
          Optional<DecodingParameter> found = ParameterTable.find(handle, id);
          if (found.isEmpty()) {
            return new Outcome.Missing<>();
          }
          if (!precondition.admits(found.get().version())) {
            return new Outcome.Stale<>(found.get().version());
          }
          ParameterTable.delete(handle, id);
          return new Outcome.Saved<>(found.get());
        },
        outcome -> {
          if (outcome instanceof Outcome.Saved<DecodingParameter>(DecodingParameter parameter)) {
            cache.removed(parameter);
          }
        });
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
