package weir.device;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;
import weir.device.DecodingParameter.ByteOrder;
import weir.device.DecodingParameter.Encoding;
import weir.device.DecodingParameter.Signedness;

/// The rows of the table `decoding_parameter`.
final class ParameterTable {

  private ParameterTable() {}

  static Optional<DecodingParameter> find(Handle handle, long id) {
    return handle
        .createQuery("SELECT * FROM decoding_parameter WHERE id = :id")
        .bind("id", id)
        .map(ParameterTable::parameter)
        .findOne();
  }

  /// The one that decides for the same component, when there is one.
  static Optional<DecodingParameter> findSame(Handle handle, DecodingParameter parameter) {
    return handle
        .createQuery(
            "SELECT * FROM decoding_parameter WHERE device = :device AND mode = :mode"
                + " AND component_type = :type AND component_id = :component")
        .bind("device", parameter.device().value())
        .bind("mode", parameter.mode())
        .bind("type", parameter.componentType())
        .bind("component", text(parameter.componentId()))
        .map(ParameterTable::parameter)
        .findOne();
  }

  static List<DecodingParameter> ofDevice(Handle handle, DeviceId device) {
    return handle
        .createQuery("SELECT * FROM decoding_parameter WHERE device = :device ORDER BY id")
        .bind("device", device.value())
        .map(ParameterTable::parameter)
        .list();
  }

  static List<DecodingParameter> list(Handle handle, long after, int max) {
    return handle
        .createQuery("SELECT * FROM decoding_parameter WHERE id > :after ORDER BY id LIMIT :max")
        .bind("after", after)
        .bind("max", max)
        .map(ParameterTable::parameter)
        .list();
  }

  static List<DecodingParameter> all(Handle handle) {
    return handle
        .createQuery("SELECT * FROM decoding_parameter ORDER BY id")
        .map(ParameterTable::parameter)
        .list();
  }

  /// Stores a new one and returns the id that it was given.
  static long insert(Handle handle, DecodingParameter parameter) {
    String sql =
        "INSERT INTO decoding_parameter (device, mode, component_type, component_id, encoding,"
            + " unit, scale, width_bits, signed, little_endian, byte_offset, decimals,"
            + " created_at, updated_at, version) VALUES (:device, :mode, :type, :component,"
            + " :encoding, :unit, :scale, :width, :signed, :little, :offset, :decimals,"
            + " :created, :updated, :version)";
    Revisions.raise(handle, Revisions.Part.TYPES);
    return bind(handle.createUpdate(sql), parameter)
        .executeAndReturnGeneratedKeys("id")
        .mapTo(Long.class)
        .one();
  }

  static void update(Handle handle, DecodingParameter parameter) {
    String sql =
        "UPDATE decoding_parameter SET device = :device, mode = :mode, component_type = :type,"
            + " component_id = :component, encoding = :encoding, unit = :unit, scale = :scale,"
            + " width_bits = :width, signed = :signed, little_endian = :little,"
            + " byte_offset = :offset, decimals = :decimals, created_at = :created,"
            + " updated_at = :updated, version = :version WHERE id = :id";
    Revisions.raise(handle, Revisions.Part.TYPES);
    bind(handle.createUpdate(sql), parameter).bind("id", parameter.id()).execute();
  }

  private static <S extends SqlStatement<S>> S bind(S statement, DecodingParameter parameter) {
    return statement
        .bind("device", parameter.device().value())
        .bind("mode", parameter.mode())
        .bind("type", parameter.componentType())
        .bind("component", text(parameter.componentId()))
        .bind("encoding", parameter.encoding().text())
        .bind("unit", parameter.unit())
        .bind("scale", parameter.scale())
        .bind("width", parameter.widthBits())
        .bind("signed", parameter.signedness() == Signedness.SIGNED ? 1 : 0)
        .bind("little", parameter.byteOrder() == ByteOrder.LITTLE_ENDIAN ? 1 : 0)
        .bind("offset", parameter.byteOffset())
        .bind("decimals", parameter.decimals())
        .bind("created", parameter.createdAt().toEpochMilli())
        .bind("updated", parameter.updatedAt().toEpochMilli())
        .bind("version", parameter.version());
  }

  static void delete(Handle handle, long id) {
    Revisions.raise(handle, Revisions.Part.TYPES);
    handle.createUpdate("DELETE FROM decoding_parameter WHERE id = :id").bind("id", id).execute();
  }

  private static String text(@Nullable String componentId) {
    return componentId == null ? "" : componentId;
  }

  private static DecodingParameter parameter(ResultSet row, StatementContext context)
      throws SQLException {
    String component = row.getString("component_id");
    return new DecodingParameter(
        row.getLong("id"),
        new DeviceId(row.getString("device")),
        row.getString("mode"),
        row.getString("component_type"),
        component.isEmpty() ? null : component,
        Encoding.parse(row.getString("encoding")).orElseThrow(),
        row.getString("unit"),
        row.getDouble("scale"),
        integer(row, "width_bits"),
        row.getInt("signed") != 0 ? Signedness.SIGNED : Signedness.UNSIGNED,
        row.getInt("little_endian") != 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN,
        row.getInt("byte_offset"),
        integer(row, "decimals"),
        Instant.ofEpochMilli(row.getLong("created_at")),
        Instant.ofEpochMilli(row.getLong("updated_at")),
        row.getLong("version"));
  }

  private static @Nullable Integer integer(ResultSet row, String column) throws SQLException {
    int value = row.getInt(column);
    return row.wasNull() ? null : value;
  }
}
