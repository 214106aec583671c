package weir.device;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/// Changes of devices that are stored with the change itself and wait to be told to others, oldest
/// first. Whoever tells them asks [#pending], and says [#done] when everybody can know.
public final class Outbox {

  private final Database database;
  private final InstantSource clock;
  private final Semaphore news = new Semaphore(0);
  private SqlEngine.@Nullable Right right;

  Outbox(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /// What became of a device.
  ///
  /// @param id the order of the changes
  /// @param json the device as it is now, or as it was when it was deleted
  public record Change(long id, DeviceId device, Kind kind, @Nullable String json, Instant at) {

    /// What happened to it.
    public enum Kind {
      CREATED,
      UPDATED,
      DELETED;

      /// The word used in the table and in event types.
      public String text() {
        return name().toLowerCase(Locale.ROOT);
      }
    }
  }

  /// Whether this process is the one that tells changes: among those that share the registry only
  /// one does, so that they are told in order. Asked by the thread that tells them.
  public boolean isMine() {
    if (right != null && right.isHeld()) {
      return true;
    }
    giveUp();
    right = database.engine().claim("outbox").orElse(null);
    return right != null;
  }

  /// Lets another process tell changes.
  public void giveUp() {
    if (right != null) {
      right.close();
      right = null;
    }
  }

  /// The oldest changes behind this one.
  public List<Change> pending(long after, int max) {
    return database.read(
        handle ->
            handle
                .createQuery("SELECT * FROM outbox WHERE id > :after ORDER BY id LIMIT :max")
                .bind("after", after)
                .bind("max", max)
                .map(
                    (row, context) ->
                        new Change(
                            row.getLong("id"),
                            new DeviceId(row.getString("device")),
                            Change.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                            row.getString("body"),
                            Instant.ofEpochMilli(row.getLong("created_at"))))
                .list());
  }

  /// Forgets changes up to this one: everybody knows of them.
  public void done(long last) {
    var _ =
        database.write(
            handle ->
                handle
                    .createUpdate("DELETE FROM outbox WHERE id <= :last")
                    .bind("last", last)
                    .execute());
  }

  /// Waits for a change, at most so long.
  public void awaitNews(Duration longest) throws InterruptedException {
    if (news.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS)) {
      news.drainPermits();
    }
  }

  /// Ends the wait of whoever is in [#awaitNews].
  public void wake() {
    news.release();
  }

  void created(Handle handle, Collection<Device> devices) {
    add(handle, Change.Kind.CREATED, devices, clock.instant());
  }

  void updated(Handle handle, Collection<Device> devices) {
    add(handle, Change.Kind.UPDATED, devices, clock.instant());
  }

  void deleted(Handle handle, Device device) {
    add(handle, Change.Kind.DELETED, List.of(device), clock.instant());
  }

  static void add(Handle handle, Change.Kind kind, Collection<Device> devices, Instant now) {
    if (devices.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "INSERT INTO outbox (device, kind, body, created_at)"
                + " VALUES (:device, :kind, :body, :now)");
    for (Device device : devices) {
      batch
          .bind("device", device.id().value())
          .bind("kind", kind.text())
          .bind("body", DeviceForm.json(device).toString())
          .bind("now", now.toEpochMilli())
          .add();
    }
    batch.execute();
  }
}
