package weir.device;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The rows of the table `credential`.
final class CredentialTable {

  /// A credential with the hash of its token, which leaves this package never.
  record Hashed(Credential credential, String tokenHash) {}

  private CredentialTable() {}

  static List<Hashed> ofDevice(Handle handle, DeviceId device) {
    return handle
        .createQuery("SELECT * FROM credential WHERE device = :device ORDER BY created_at, id")
        .bind("device", device.value())
        .map(CredentialTable::hashed)
        .list();
  }

  static Optional<Hashed> find(Handle handle, DeviceId device, String id) {
    return handle
        .createQuery("SELECT * FROM credential WHERE device = :device AND id = :id")
        .bind("device", device.value())
        .bind("id", id)
        .map(CredentialTable::hashed)
        .findOne();
  }

  static void insert(Handle handle, Collection<Hashed> all) {
    if (all.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "INSERT INTO credential (id, device, label, token_hash, created_at, expires_at)"
                + " VALUES (:id, :device, :label, :hash, :created, :expires)");
    for (Hashed hashed : all) {
      Credential credential = hashed.credential();
      batch
          .bind("id", credential.id())
          .bind("device", credential.device().value())
          .bind("label", credential.label())
          .bind("hash", hashed.tokenHash())
          .bind("created", credential.createdAt().toEpochMilli())
          .bind("expires", millis(credential.expiresAt()))
          .add();
    }
    batch.execute();
    Revisions.raise(handle, Revisions.Part.CREDENTIALS);
  }

  static List<Credential> revokedSince(Handle handle, Instant time) {
    return handle
        .createQuery("SELECT * FROM credential WHERE revoked_at >= :time ORDER BY revoked_at, id")
        .bind("time", time.toEpochMilli())
        .map((row, context) -> hashed(row, context).credential())
        .list();
  }

  static void revoke(Handle handle, String id, Instant time) {
    Revisions.raise(handle, Revisions.Part.CREDENTIALS);
    handle
        .createUpdate("UPDATE credential SET revoked_at = :time WHERE id = :id")
        .bind("time", time.toEpochMilli())
        .bind("id", id)
        .execute();
  }

  private static Hashed hashed(ResultSet row, StatementContext context) throws SQLException {
    return new Hashed(
        new Credential(
            row.getString("id"),
            new DeviceId(row.getString("device")),
            row.getString("label"),
            Instant.ofEpochMilli(row.getLong("created_at")),
            instant(row, "expires_at"),
            instant(row, "revoked_at")),
        row.getString("token_hash"));
  }

  private static @Nullable Long millis(@Nullable Instant time) {
    return time == null ? null : time.toEpochMilli();
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }
}
