package weir.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The registered devices. Safe for use by many threads; a change is durable when the call returns,
/// and the directory knows it.
public final class Devices {

  private final Database database;
  private final DirectoryCache cache;
  private final Outbox outbox;
  private final InstantSource clock;

  Devices(Database database, DirectoryCache cache, Outbox outbox, InstantSource clock) {
    this.database = database;
    this.cache = cache;
    this.outbox = outbox;
    this.clock = clock;
  }

  public Optional<Device> find(DeviceId id) {
    return database.read(handle -> DeviceTable.find(handle, id));
  }

  public List<Device> list(DeviceQuery query) {
    return database.read(handle -> DeviceTable.list(handle, query));
  }

  /// How many devices a query finds on all its pages together.
  public long count(DeviceQuery query) {
    return database.read(handle -> DeviceTable.count(handle, query));
  }

  public static ObjectNode json(Device device) {
    return DeviceForm.json(device);
  }

  /// Registers a device; one that names no id gets a UUID.
  public Outcome<Device> create(ObjectNode form) {
    if (!form.hasNonNull("id")) {
      form.put("id", UUID.randomUUID().toString());
    }
    return database.write(handle -> create(handle, form), this::added);
  }

  private Outcome<Device> create(Handle handle, ObjectNode form) {
    DeviceForm checked = fresh(form);
    List<FieldError> errors = checked.errors();
    if (!errors.isEmpty()) {
      return new Outcome.Invalid<>(errors);
    }
    Device device = checked.device();
    if (DeviceTable.find(handle, device.id()).isPresent()) {
      return new Outcome.Conflict<>("a device with this id is registered already");
    }
    DeviceTable.insert(handle, List.of(device));
    outbox.created(handle, List.of(device));
    return new Outcome.Saved<>(device);
  }

  private void added(Outcome<Device> outcome) {
    if (outcome instanceof Outcome.Saved<Device>(Device device)) {
      cache.added(List.of(device));
      outbox.wake();
    }
  }

  /// Changes the fields that the patch names; null removes a value.
  public Outcome<Device> update(DeviceId id, ObjectNode patch, Precondition precondition) {
    return database.write(handle -> update(handle, id, patch, precondition), this::changed);
  }

  private Outcome<Device> update(
      Handle handle, DeviceId id, ObjectNode patch, Precondition precondition) {
    Optional<Device> found = DeviceTable.find(handle, id);
    if (found.isEmpty()) {
      return new Outcome.Missing<>();
    }
    Device current = found.get();
    if (!precondition.and(patch).admits(current.version())) {
      return new Outcome.Stale<>(current.version());
    }
    DeviceForm checked = patched(current, patch);
    List<FieldError> errors = checked.errors();
    if (!errors.isEmpty()) {
      return new Outcome.Invalid<>(errors);
    }
    Device device = checked.device();
    if (!device.id().equals(id)) {
      return new Outcome.Invalid<>(List.of(new FieldError("id", "cannot be changed")));
    }
    if (isSame(current, device)) {
      return new Outcome.Saved<>(current);
    }
    DeviceTable.update(handle, List.of(device));
    outbox.updated(handle, List.of(device));
    return new Outcome.Saved<>(device);
  }

  private void changed(Outcome<Device> outcome) {
    if (outcome instanceof Outcome.Saved<Device>(Device device)) {
      cache.changed(List.of(device.id()));
      barIfDisabled(device);
      outbox.wake();
    }
  }

  private void barIfDisabled(Device device) {
    if (!device.enabled()) {
      cache.barred(device.id());
    }
  }

  /// Deletes a device with its parameters and credentials.
  public Outcome<Device> delete(DeviceId id, Precondition precondition) {
    return database.write(
        handle -> {
          Optional<Device> found = DeviceTable.find(handle, id);
          if (found.isEmpty()) {
            return new Outcome.Missing<>();
          }
          Device device = found.get();
          if (!precondition.admits(device.version())) {
            return new Outcome.Stale<>(device.version());
          }
          List<DecodingParameter> parameters = ParameterTable.ofDevice(handle, id);
          parameters.forEach(parameter -> ParameterTable.delete(handle, parameter.id()));
          DeviceTable.delete(handle, id);
          outbox.deleted(handle, device);
          return new Outcome.Saved<>(device);
        },
        this::deleted);
  }

  private void deleted(Outcome<Device> outcome) {
    if (outcome instanceof Outcome.Saved<Device>(Device device)) {
      cache.changed(List.of(device.id()));
      cache.forgetParameters(device.id());
      cache.barred(device.id());
      outbox.wake();
    }
  }

  /// What became of one row of an import.
  ///
  /// @param errors why it failed; empty when it did not
  public record Upsert(Result result, List<FieldError> errors) {

    public enum Result {
      CREATED,
      UPDATED,
      UNCHANGED,
      FAILED
    }
  }

  /// Creates the devices that are new and changes the others as [#update] does, those that
  /// say their version only while it is still the one, all in one transaction; what is wrong
  /// with one does not hinder the rest. Answers in the order given.
  public List<Upsert> upsert(List<ObjectNode> forms) {
    Map<DeviceId, Device> inserts = new LinkedHashMap<>();
    Map<DeviceId, Device> updates = new LinkedHashMap<>();
    return database.write(
        handle -> {
          Map<DeviceId, Device> known = DeviceTable.find(handle, ids(forms));
          List<Upsert> results =
              forms.stream().map(form -> upsert(form, known, inserts, updates)).toList();
          DeviceTable.insert(handle, inserts.values());
          DeviceTable.update(handle, updates.values());
          outbox.created(handle, inserts.values());
          outbox.updated(handle, updates.values());
          return results;
        },
        results -> {
          cache.changed(inserts.keySet());
          cache.changed(updates.keySet());
          updates.values().forEach(this::barIfDisabled);
          outbox.wake();
        });
  }

  private static List<DeviceId> ids(List<ObjectNode> forms) {
    return forms.stream().map(Devices::id).flatMap(Optional::stream).toList();
  }

  private static Optional<DeviceId> id(ObjectNode form) {
    JsonNode id = form.path("id");
    return id.isTextual() ? DeviceId.parse(id.textValue().strip()) : Optional.empty();
  }

  private Upsert upsert(
      ObjectNode form,
      Map<DeviceId, Device> known,
      Map<DeviceId, Device> inserts,
      Map<DeviceId, Device> updates) {
    Device current = id(form).map(known::get).orElse(null);
    DeviceForm checked = current == null ? fresh(form) : patched(current, form);
    List<FieldError> errors = checked.errors();
    if (!errors.isEmpty()) {
      return new Upsert(Upsert.Result.FAILED, errors);
    }
    Device device = checked.device();
    if (current != null && isSame(current, device)) {
      return new Upsert(Upsert.Result.UNCHANGED, List.of());
    }
    if (current != null && !Precondition.NONE.and(form).admits(current.version())) {
      String detail = "is not the device's, which is " + current.version() + " now";
      return new Upsert(Upsert.Result.FAILED, List.of(new FieldError("version", detail)));
    }
    known.put(device.id(), device);
    boolean stored = current != null && !inserts.containsKey(device.id());
    (stored ? updates : inserts).put(device.id(), device);
    return new Upsert(current == null ? Upsert.Result.CREATED : Upsert.Result.UPDATED, List.of());
  }

  /// Registers devices that spoke for the first time; those that are known stay as they are.
  Map<DeviceId, Device> register(Collection<FirstContact> contacts) {
    Map<DeviceId, Device> inserts = new LinkedHashMap<>();
    return database.write(
        handle -> {
          List<DeviceId> ids = contacts.stream().map(FirstContact::id).toList();
          Map<DeviceId, Device> known = new HashMap<>(DeviceTable.find(handle, ids));
          for (FirstContact contact : contacts) {
            if (!known.containsKey(contact.id())) {
              Device device = device(contact);
              known.put(contact.id(), device);
              inserts.put(contact.id(), device);
            }
          }
          DeviceTable.insert(handle, inserts.values());
          outbox.created(handle, inserts.values());
          return known;
        },
        known -> {
          cache.added(inserts.values());
          outbox.wake();
        });
  }

  private Device device(FirstContact contact) {
    Instant now = now();
    return new Device(
        contact.id(),
        contact.type(),
        contact.id().value(),
        contact.model(),
        null,
        null,
        null,
        true,
        null,
        null,
        null,
        Map.of("registered_by", "first_contact"),
        now,
        now,
        1);
  }

  private DeviceForm fresh(ObjectNode form) {
    Instant now = now();
    return new DeviceForm(form, this::isType, now, now, 1);
  }

  private DeviceForm patched(Device current, ObjectNode patch) {
    ObjectNode merged = MergePatch.apply(DeviceForm.json(current), patch);
    long version = current.version() + 1;
    return new DeviceForm(merged, this::isType, current.createdAt(), now(), version);
  }

  private boolean isType(String name) {
    return cache.type(name).isPresent();
  }

  private static boolean isSame(Device current, Device device) {
    Device aligned = device.at(current.createdAt(), current.updatedAt(), current.version());
    return current.equals(aligned);
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
