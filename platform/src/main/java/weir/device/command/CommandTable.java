package weir.device.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.device.command.Command.State;

/// The rows of the table `command`.
final class CommandTable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private CommandTable() {}

  static Optional<Command> find(Handle handle, DeviceId device, String id) {
    return handle
        .createQuery("SELECT * FROM command WHERE device = :device AND id = :id")
        .bind("device", device.value())
        .bind("id", id)
        .map(CommandTable::command)
        .findOne();
  }

  /// Those since then that are not at their end, oldest first.
  static List<Command> open(Handle handle, Instant since) {
    return handle
        .createQuery(
            "SELECT * FROM command WHERE state IN ('queued', 'sent') AND created_at >= :since"
                + " ORDER BY created_at, id")
        .bind("since", since.toEpochMilli())
        .map(CommandTable::command)
        .list();
  }

  /// What was on its way when the platform stopped waits again: nobody knows whether it arrived.
  static void queueAgain(Handle handle) {
    handle
        .createUpdate("UPDATE command SET state = 'queued', sent_at = NULL WHERE state = 'sent'")
        .execute();
  }

  /// Newest first, older than the one named.
  static List<Command> list(
      Handle handle, DeviceId device, @Nullable State state, @Nullable Command before, int limit) {
    return handle
        .createQuery(
            "SELECT * FROM command WHERE device = :device"
                + " AND (:state IS NULL OR state = :state)"
                + " AND (:before IS NULL OR (created_at, id) < (:created, :before))"
                + " ORDER BY created_at DESC, id DESC LIMIT :limit")
        .bind("device", device.value())
        .bind("state", state == null ? null : state.text())
        .bind("before", before == null ? null : before.id())
        .bind("created", before == null ? 0 : before.createdAt().toEpochMilli())
        .bind("limit", limit)
        .map(CommandTable::command)
        .list();
  }

  /// Adds a command, and forgets the oldest of the device's that ended when there are too many.
  static void insert(Handle handle, Command command, int keptMax) {
    handle
        .createUpdate(
            "INSERT INTO command (id, device, name, parameters, topic, state, created_at,"
                + " expires_at) VALUES (:id, :device, :name, :parameters, :topic, :state,"
                + " :created, :expires)")
        .bind("id", command.id())
        .bind("device", command.device().value())
        .bind("name", command.name())
        .bind("parameters", command.parameters().toString())
        .bind("topic", command.topic())
        .bind("state", command.state().text())
        .bind("created", command.createdAt().toEpochMilli())
        .bind("expires", command.expiresAt().toEpochMilli())
        .execute();
    handle
        .createUpdate(
            "DELETE FROM command WHERE state NOT IN ('queued', 'sent') AND id IN (SELECT id FROM"
                + " command WHERE device = :device ORDER BY created_at DESC, id DESC LIMIT 1000"
                + " OFFSET :kept)")
        .bind("device", command.device().value())
        .bind("kept", keptMax)
        .execute();
  }

  /// False when it is not there any more, at its end already, or sent by another process.
  static boolean update(Handle handle, Command command) {
    return handle
            .createUpdate(
                "UPDATE command SET state = :state, detail = :detail, sent_at = :sent,"
                    + " ended_at = :ended WHERE id = :id AND state IN ('queued', :before)")
            .bind("id", command.id())
            .bind("before", command.state() == State.SENT ? "queued" : "sent")
            .bind("state", command.state().text())
            .bind("detail", command.detail())
            .bind("sent", millis(command.sentAt()))
            .bind("ended", millis(command.endedAt()))
            .execute()
        == 1;
  }

  private static Command command(ResultSet row, StatementContext context) throws SQLException {
    return new Command(
        row.getString("id"),
        new DeviceId(row.getString("device")),
        row.getString("name"),
        parameters(row.getString("parameters")),
        row.getString("topic"),
        State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        row.getString("detail"),
        Instant.ofEpochMilli(row.getLong("created_at")),
        Instant.ofEpochMilli(row.getLong("expires_at")),
        instant(row, "sent_at"),
        instant(row, "ended_at"));
  }

  private static ObjectNode parameters(String text) {
    try {
      return (ObjectNode) JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a column does not hold JSON", e);
    }
  }

  private static @Nullable Long millis(@Nullable Instant time) {
    return time == null ? null : time.toEpochMilli();
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }
}
