package weir.device.presence;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.device.presence.DeviceState.Reason;
import weir.device.presence.DeviceState.State;

/// The rows of the table `presence`.
final class PresenceTable {

  private PresenceTable() {}

  /// A device with the name of its type.
  record Row(DeviceState state, String type) {}

  static List<Row> all(Handle handle) {
    return handle
        .createQuery(
            "SELECT presence.*, device.type FROM presence"
                + " JOIN device ON device.id = presence.device")
        .map((row, context) -> new Row(state(row), row.getString("type")))
        .list();
  }

  /// Stores states; those of devices that are gone are left out.
  static void put(Handle handle, Collection<DeviceState> states) {
    PreparedBatch batch =
        handle.prepareBatch(
            "INSERT INTO presence (device, state, reason, since, last_heard)"
                + " SELECT id, :state, :reason, :since, :heard FROM device WHERE id = :device"
                + " ON CONFLICT (device) DO UPDATE SET state = excluded.state,"
                + " reason = excluded.reason, since = excluded.since,"
                + " last_heard = excluded.last_heard");
    for (DeviceState state : states) {
      batch
          .bind("device", state.device().value())
          .bind("state", state.state().text())
          .bind("reason", state.reason().text())
          .bind("since", state.since() == null ? 0 : state.since().toEpochMilli())
          .bind("heard", millis(state.lastHeard()))
          .add();
    }
    batch.execute();
  }

  private static DeviceState state(ResultSet row) throws SQLException {
    long heard = row.getLong("last_heard");
    return new DeviceState(
        new DeviceId(row.getString("device")),
        State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        Reason.valueOf(row.getString("reason").toUpperCase(Locale.ROOT)),
        Instant.ofEpochMilli(row.getLong("since")),
        heard == 0 ? null : Instant.ofEpochMilli(heard),
        false);
  }

  private static @Nullable Long millis(@Nullable Instant time) {
    return time == null ? null : time.toEpochMilli();
  }
}
