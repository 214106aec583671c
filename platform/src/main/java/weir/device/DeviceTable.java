package weir.device;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// The rows of the table `device`.
final class DeviceTable {

  private static final int IDS_PER_QUERY = 500;

  private DeviceTable() {}

  static Optional<Device> find(Handle handle, DeviceId id) {
    return handle
        .createQuery("SELECT * FROM device WHERE id = :id")
        .bind("id", id.value())
        .map(DeviceTable::device)
        .findOne();
  }

  static Map<DeviceId, Device> find(Handle handle, Collection<DeviceId> ids) {
    List<String> names = ids.stream().map(DeviceId::value).distinct().toList();
    Map<DeviceId, Device> found = new HashMap<>();
    for (int from = 0; from < names.size(); from += IDS_PER_QUERY) {
      List<String> some = names.subList(from, Math.min(names.size(), from + IDS_PER_QUERY));
      handle
          .createQuery("SELECT * FROM device WHERE id IN (<ids>)")
          .bindList("ids", some)
          .map(DeviceTable::device)
          .forEach(device -> found.put(device.id(), device));
    }
    return found;
  }

  static List<Device> list(Handle handle, DeviceQuery query) {
    List<String> conditions = conditions(query);
    if (query.after() != null) {
      conditions.add("id > :after");
    }
    String sql =
        "SELECT * FROM device" + where(conditions) + " ORDER BY id LIMIT :limit OFFSET :offset";
    Query select = handle.createQuery(sql).bind("limit", query.limit());
    if (query.after() != null) {
      select.bind("after", query.after());
    }
    return bindConditions(select.bind("offset", query.offset()), query)
        .map(DeviceTable::device)
        .list();
  }

  /// How many there are on all pages together.
  static long count(Handle handle, DeviceQuery query) {
    Query select = handle.createQuery("SELECT count(*) FROM device" + where(conditions(query)));
    return bindConditions(select, query).mapTo(Long.class).one();
  }

  private static List<String> conditions(DeviceQuery query) {
    List<String> conditions = new ArrayList<>();
    if (query.type() != null) {
      conditions.add("type = :type");
    }
    if (query.enabled() != null) {
      conditions.add("enabled = :enabled");
    }
    if (query.text() != null) {
      conditions.add(
          "lower(id || ' ' || name || ' ' || coalesce(model, '') || ' ' || coalesce(location, ''))"
              + " LIKE lower(:text) ESCAPE '!'");
    }
    return conditions;
  }

  private static String where(List<String> conditions) {
    return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
  }

  private static Query bindConditions(Query select, DeviceQuery query) {
    if (query.type() != null) {
      select.bind("type", query.type());
    }
    if (query.enabled() != null) {
      select.bind("enabled", query.enabled() ? 1 : 0);
    }
    if (query.text() != null) {
      String escaped = query.text().replaceAll("([!%_])", "!$1");
      select.bind("text", "%" + escaped + "%");
    }
    return select;
  }

  static long countOfType(Handle handle, String type) {
    return handle
        .createQuery("SELECT count(*) FROM device WHERE type = :type")
        .bind("type", type)
        .mapTo(Long.class)
        .one();
  }

  static void insert(Handle handle, Collection<Device> devices) {
    execute(
        handle,
        "INSERT INTO device (id, type, name, model, location, description, owner, enabled,"
            + " firmware_version, base_power, base_voltage, metadata, created_at, updated_at, version) VALUES (:id, :type, :name, :model,"
            + " :location, :description, :owner, :enabled, :firmware, :power, :voltage, :metadata, :created, :updated,"
            + " :version)",
        devices);
  }

  static void update(Handle handle, Collection<Device> devices) {
    execute(
        handle,
        "UPDATE device SET type = :type, name = :name, model = :model, location = :location,"
            + " description = :description, owner = :owner, enabled = :enabled,"
            + " firmware_version = :firmware, base_power = :power, base_voltage = :voltage,"
            + " metadata = :metadata, created_at = :created, updated_at = :updated,"
            + " version = :version WHERE id = :id",
        devices);
  }

  private static void execute(Handle handle, String sql, Collection<Device> devices) {
    if (devices.isEmpty()) {
      return;
    }
    PreparedBatch batch = handle.prepareBatch(sql);
    for (Device device : devices) {
      batch
          .bind("id", device.id().value())
          .bind("type", device.type())
          .bind("name", device.name())
          .bind("model", device.model())
          .bind("location", device.location())
          .bind("description", device.description())
          .bind("owner", device.owner())
          .bind("enabled", device.enabled() ? 1 : 0)
          .bind("firmware", device.firmwareVersion())
          .bind("power", device.basePower())
          .bind("voltage", device.baseVoltage())
          .bind("metadata", Json.text(device.metadata()))
          .bind("created", device.createdAt().toEpochMilli())
          .bind("updated", device.updatedAt().toEpochMilli())
          .bind("version", device.version())
          .add();
    }
    batch.execute();
  }

  static void delete(Handle handle, DeviceId id) {
    handle.createUpdate("DELETE FROM device WHERE id = :id").bind("id", id.value()).execute();
  }

  private static Device device(ResultSet row, StatementContext context) throws SQLException {
    return new Device(
        new DeviceId(row.getString("id")),
        row.getString("type"),
        row.getString("name"),
        row.getString("model"),
        row.getString("location"),
        row.getString("description"),
        row.getString("owner"),
        row.getInt("enabled") != 0,
        row.getString("firmware_version"),
        number(row, "base_power"),
        number(row, "base_voltage"),
        Json.map(row.getString("metadata")),
        Instant.ofEpochMilli(row.getLong("created_at")),
        Instant.ofEpochMilli(row.getLong("updated_at")),
        row.getLong("version"));
  }

  private static @Nullable Double number(ResultSet row, String column) throws SQLException {
    double value = row.getDouble(column);
    return row.wasNull() ? null : value;
  }
}
