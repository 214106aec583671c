package weir.subscriber;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import weir.device.Revisions;

/// The rows of the tables `application` and `application_device_type`.
final class ApplicationTable {

  private ApplicationTable() {}

  static List<Application> all(Handle handle) {
    Map<String, List<String>> types = new HashMap<>();
    handle
        .createQuery("SELECT application, device_type FROM application_device_type ORDER BY 1, 2")
        .map((row, context) -> List.of(row.getString(1), row.getString(2)))
        .forEach(
            pair -> types.computeIfAbsent(pair.get(0), key -> new ArrayList<>()).add(pair.get(1)));
    return handle
        .createQuery("SELECT * FROM application ORDER BY name")
        .map((row, context) -> application(row, types.getOrDefault(row.getString("id"), List.of())))
        .list();
  }

  static Optional<Application> find(Handle handle, String id) {
    List<String> types =
        handle
            .createQuery(
                "SELECT device_type FROM application_device_type WHERE application = :id ORDER BY"
                    + " 1")
            .bind("id", id)
            .mapTo(String.class)
            .list();
    return handle
        .createQuery("SELECT * FROM application WHERE id = :id")
        .bind("id", id)
        .map((row, context) -> application(row, types))
        .findOne();
  }

  static boolean isTaken(Handle handle, String name, String exceptId) {
    return handle
        .createQuery("SELECT 1 FROM application WHERE name = :name AND id <> :id")
        .bind("name", name)
        .bind("id", exceptId)
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  static void insert(Handle handle, Application application, String email, String keyHash) {
    bind(
            handle.createUpdate(
                "INSERT INTO application (id, name, developer, version, contact_email, description,"
                    + " category, platform, status, api_key_hash, created_at, updated_at) VALUES"
                    + " (:id, :name, :developer, :version, :email, :description, :category,"
                    + " :platform, :status, :hash, :created, :updated)"),
            application,
            email)
        .bind("hash", keyHash.isEmpty() ? null : keyHash)
        .bind("created", application.createdAt().toEpochMilli())
        .execute();
    insertTypes(handle, application);
    Revisions.raise(handle, Revisions.Part.APPLICATIONS);
  }

  static void update(Handle handle, Application application, String email) {
    bind(
            handle.createUpdate(
                "UPDATE application SET name = :name, developer = :developer, version = :version,"
                    + " contact_email = :email, description = :description, category = :category,"
                    + " platform = :platform, status = :status, updated_at = :updated"
                    + " WHERE id = :id"),
            application,
            email)
        .execute();
    handle
        .createUpdate("DELETE FROM application_device_type WHERE application = :id")
        .bind("id", application.id())
        .execute();
    insertTypes(handle, application);
    Revisions.raise(handle, Revisions.Part.APPLICATIONS);
  }

  private static Update bind(Update statement, Application application, String email) {
    return statement
        .bind("id", application.id())
        .bind("name", application.name())
        .bind("developer", application.developer())
        .bind("version", application.version())
        .bind("email", email)
        .bind("description", application.description())
        .bind("category", application.category())
        .bind("platform", application.platform())
        .bind("status", application.status().text())
        .bind("updated", application.updatedAt().toEpochMilli());
  }

  private static void insertTypes(Handle handle, Application application) {
    for (String type : application.deviceTypes()) {
      handle
          .createUpdate(
              "INSERT INTO application_device_type (application, device_type)"
                  + " VALUES (:application, :type)")
          .bind("application", application.id())
          .bind("type", type)
          .execute();
    }
  }

  static int delete(Handle handle, String id) {
    Revisions.raise(handle, Revisions.Part.APPLICATIONS);
    return handle.createUpdate("DELETE FROM application WHERE id = :id").bind("id", id).execute();
  }

  static String email(Handle handle, String id) {
    return handle
        .createQuery("SELECT contact_email FROM application WHERE id = :id")
        .bind("id", id)
        .mapTo(String.class)
        .findOne()
        .orElse("");
  }

  static Optional<String> keyHash(Handle handle, String id) {
    return handle
        .createQuery(
            "SELECT api_key_hash FROM application WHERE id = :id AND api_key_hash IS NOT NULL")
        .bind("id", id)
        .mapTo(String.class)
        .findOne();
  }

  static int setKeyHash(Handle handle, String id, String hash, Instant now) {
    return handle
        .createUpdate(
            "UPDATE application SET api_key_hash = :hash, updated_at = :now WHERE id = :id")
        .bind("id", id)
        .bind("hash", hash)
        .bind("now", now.toEpochMilli())
        .execute();
  }

  private static Application application(ResultSet row, List<String> types) throws SQLException {
    return new Application(
        row.getString("id"),
        row.getString("name"),
        row.getString("developer"),
        row.getString("version"),
        row.getString("description"),
        row.getString("category"),
        row.getString("platform"),
        types,
        Application.Status.of(row.getString("status")),
        Instant.ofEpochMilli(row.getLong("created_at")),
        Instant.ofEpochMilli(row.getLong("updated_at")));
  }
}
