package weir.device;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/// The rows of the table `device_type`.
final class DeviceTypeTable {

  private DeviceTypeTable() {}

  static Optional<DeviceType> find(Handle handle, String name) {
    return handle
        .createQuery("SELECT * FROM device_type WHERE name = :name")
        .bind("name", name)
        .map(DeviceTypeTable::type)
        .findOne();
  }

  static List<DeviceType> all(Handle handle) {
    return handle
        .createQuery("SELECT * FROM device_type ORDER BY name")
        .map(DeviceTypeTable::type)
        .list();
  }

  static void insert(Handle handle, DeviceType type) {
    execute(
        handle,
        "INSERT INTO device_type (name, display_name, description, category, capabilities,"
            + " data_format, update_frequency, retention_policy, measurements, models,"
            + " manufacturers, metadata, created_at, updated_at, version) VALUES (:name,"
            + " :display, :description, :category, :capabilities, :format, :frequency,"
            + " :retention, :measurements, :models, :manufacturers, :metadata, :created,"
            + " :updated, :version)",
        type);
  }

  static void update(Handle handle, DeviceType type) {
    execute(
        handle,
        "UPDATE device_type SET display_name = :display, description = :description,"
            + " category = :category, capabilities = :capabilities, data_format = :format,"
            + " update_frequency = :frequency, retention_policy = :retention,"
            + " measurements = :measurements, models = :models, manufacturers = :manufacturers,"
            + " metadata = :metadata, created_at = :created, updated_at = :updated,"
            + " version = :version WHERE name = :name",
        type);
  }

  private static void execute(Handle handle, String sql, DeviceType type) {
    Revisions.raise(handle, Revisions.Part.TYPES);
    handle
        .createUpdate(sql)
        .bind("name", type.name())
        .bind("display", type.displayName())
        .bind("description", type.description())
        .bind("category", type.category())
        .bind("capabilities", Json.text(type.capabilities()))
        .bind("format", type.dataFormat())
        .bind("frequency", type.updateFrequency())
        .bind("retention", type.retentionPolicy().toString())
        .bind("measurements", DeviceTypeForm.measurements(type).toString())
        .bind("models", Json.text(type.models()))
        .bind("manufacturers", DeviceTypeForm.manufacturers(type).toString())
        .bind("metadata", Json.text(type.metadata()))
        .bind("created", type.createdAt().toEpochMilli())
        .bind("updated", type.updatedAt().toEpochMilli())
        .bind("version", type.version())
        .execute();
  }

  static void delete(Handle handle, String name) {
    Revisions.raise(handle, Revisions.Part.TYPES);
    handle.createUpdate("DELETE FROM device_type WHERE name = :name").bind("name", name).execute();
  }

  private static DeviceType type(ResultSet row, StatementContext context) throws SQLException {
    return new DeviceType(
        row.getString("name"),
        row.getString("display_name"),
        row.getString("description"),
        row.getString("category"),
        Json.texts(row.getString("capabilities")),
        row.getString("data_format"),
        row.getString("update_frequency"),
        Retention.parse(row.getString("retention_policy")).orElseThrow(),
        DeviceTypeForm.measurements(Json.tree(row.getString("measurements"))),
        Json.texts(row.getString("models")),
        DeviceTypeForm.manufacturers(Json.tree(row.getString("manufacturers"))),
        Json.map(row.getString("metadata")),
        Instant.ofEpochMilli(row.getLong("created_at")),
        Instant.ofEpochMilli(row.getLong("updated_at")),
        row.getLong("version"));
  }
}
