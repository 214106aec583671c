package weir.device;

import java.sql.Types;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/// Changes of devices that are stored with the change itself and wait to be told to others, oldest
/// first. Whoever tells them asks [#pending], and says [#done] when everybody can know.
public final class Outbox {

  private static final String INSERT =
      "INSERT INTO outbox (device, body, created_at) VALUES (:device, :body, :now)";

  private final Database database;
  private final InstantSource clock;

  Outbox(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /// What became of a device.
  ///
  /// @param id the order of the changes
  /// @param json the device as it is now; null when it was deleted
  public record Change(long id, DeviceId device, @Nullable String json) {}

  /// The oldest changes that nobody was told of.
  public List<Change> pending(int max) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT id, device, body FROM outbox ORDER BY id LIMIT :max")
                .bind("max", max)
                .map(
                    (row, context) ->
                        new Change(
                            row.getLong("id"),
                            new DeviceId(row.getString("device")),
                            row.getString("body")))
                .list());
  }

  /// Forgets changes that were told.
  public void done(Collection<Long> ids) {
    if (ids.isEmpty()) {
      return;
    }
    database.write(
        handle -> {
          PreparedBatch batch = handle.prepareBatch("DELETE FROM outbox WHERE id = :id");
          ids.forEach(id -> batch.bind("id", id).add());
          return batch.execute();
        });
  }

  void saved(Handle handle, Collection<Device> devices) {
    saved(handle, devices, clock.instant());
  }

  static void saved(Handle handle, Collection<Device> devices, Instant now) {
    if (devices.isEmpty()) {
      return;
    }
    PreparedBatch batch = handle.prepareBatch(INSERT);
    for (Device device : devices) {
      batch
          .bind("device", device.id().value())
          .bind("body", DeviceForm.json(device).toString())
          .bind("now", now.toEpochMilli())
          .add();
    }
    batch.execute();
  }

  void deleted(Handle handle, DeviceId id) {
    handle
        .createUpdate(INSERT)
        .bind("device", id.value())
        .bindNull("body", Types.VARCHAR)
        .bind("now", clock.millis())
        .execute();
  }
}
