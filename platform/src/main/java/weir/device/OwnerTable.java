package weir.device;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The rows of the table `owner`.
final class OwnerTable {

  private static final String MATCHES =
      " WHERE (:text IS NULL OR lower(id || ' ' || name || ' ' || coalesce(email, '') || ' '"
          + " || coalesce(phone, '')) LIKE lower(:text) ESCAPE '!')";

  private OwnerTable() {}

  static Optional<Owner> find(Handle handle, String id) {
    return handle
        .createQuery("SELECT * FROM owner WHERE id = :id")
        .bind("id", id)
        .map(OwnerTable::owner)
        .findOne();
  }

  static List<Owner> list(Handle handle, Owners.Page page) {
    return bindText(
            handle.createQuery(
                "SELECT * FROM owner"
                    + MATCHES
                    + " AND (:after IS NULL OR id > :after) ORDER BY id LIMIT :limit OFFSET :offset"),
            page.text())
        .bind("after", page.after())
        .bind("limit", page.limit())
        .bind("offset", page.offset())
        .map(OwnerTable::owner)
        .list();
  }

  static long count(Handle handle, @Nullable String text) {
    return bindText(handle.createQuery("SELECT count(*) FROM owner" + MATCHES), text)
        .mapTo(Long.class)
        .one();
  }

  private static Query bindText(Query query, @Nullable String text) {
    return query.bind("text", text == null ? null : "%" + text.replaceAll("([!%_])", "!$1") + "%");
  }

  static long devicesOf(Handle handle, String id) {
    return handle
        .createQuery("SELECT count(*) FROM device WHERE owner = :id")
        .bind("id", id)
        .mapTo(Long.class)
        .one();
  }

  /// Enters owners, or changes those that are there.
  static void put(Handle handle, Collection<Owner> owners) {
    if (owners.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "INSERT INTO owner (id, name, email, phone, address, created_at)"
                + " VALUES (:id, :name, :email, :phone, :address, :created)"
                + " ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email,"
                + " phone = excluded.phone, address = excluded.address");
    for (Owner owner : owners) {
      batch
          .bind("id", owner.id())
          .bind("name", owner.name())
          .bind("email", owner.email())
          .bind("phone", owner.phone())
          .bind("address", owner.address())
          .bind("created", owner.createdAt().toEpochMilli())
          .add();
    }
    batch.execute();
  }

  static void delete(Handle handle, String id) {
    handle.createUpdate("DELETE FROM owner WHERE id = :id").bind("id", id).execute();
  }

  private static Owner owner(ResultSet row, StatementContext context) throws SQLException {
    return new Owner(
        row.getString("id"),
        row.getString("name"),
        row.getString("email"),
        row.getString("phone"),
        row.getString("address"),
        Instant.ofEpochMilli(row.getLong("created_at")));
  }
}
