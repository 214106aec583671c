package weir.examples.crm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import weir.examples.Web;

/// A device that failed in one way, until somebody has solved it.
///
/// @param repeats how often it failed so since the ticket was opened, the first time included
/// @param firstAt milliseconds since 1970
/// @param notifiedAt when its owner was written to last; 0 when that is still to be done
record Ticket(
    long id,
    String device,
    String type,
    String error,
    String state,
    int repeats,
    long firstAt,
    long lastAt,
    String owner,
    String contact,
    long notifiedAt) {

  static Ticket read(ResultSet row) throws SQLException {
    return new Ticket(
        row.getLong("id"),
        row.getString("device"),
        row.getString("type"),
        row.getString("error"),
        row.getString("state"),
        row.getInt("repeats"),
        row.getLong("first_at"),
        row.getLong("last_at"),
        row.getString("owner"),
        row.getString("contact"),
        row.getLong("notified_at"));
  }

  ObjectNode json() {
    return Web.JSON
        .createObjectNode()
        .put("id", id)
        .put("device_id", device)
        .put("device_type", type)
        .put("error_code", error)
        .put("state", state)
        .put("repeats", repeats)
        .put("first_at", firstAt)
        .put("last_at", lastAt)
        .put("owner_name", owner)
        .put("owner_contact", contact)
        .put("notified_at", notifiedAt);
  }
}
