package weir.subscriber;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// The rows of the table `subscription`.
final class SubscriptionTable {

  private SubscriptionTable() {}

  static Optional<Kept> find(Handle handle, String id) {
    return handle
        .createQuery("SELECT * FROM subscription WHERE id = :id")
        .bind("id", id)
        .map((row, context) -> kept(row))
        .findOne();
  }

  /// Those that match or matched events since a time.
  static List<Kept> endingAfter(Handle handle, Instant time) {
    return handle
        .createQuery("SELECT * FROM subscription WHERE expires_at > :time")
        .bind("time", time.toEpochMilli())
        .map((row, context) -> kept(row))
        .list();
  }

  /// As [#endingAfter], those alone that may want an event of one of these devices or types.
  static List<Subscription> wanting(
      Handle handle, Collection<String> devices, Collection<String> types, Instant time) {
    if (devices.isEmpty() || types.isEmpty()) {
      return List.of();
    }
    return handle
        .createQuery(
            "SELECT * FROM subscription WHERE expires_at > :time AND (device IN (<devices>)"
                + " OR (device IS NULL AND (device_type IS NULL OR device_type IN (<types>))))")
        .bind("time", time.toEpochMilli())
        .bindList("devices", List.copyOf(devices))
        .bindList("types", List.copyOf(types))
        .map((row, context) -> subscription(row))
        .list();
  }

  /// How many match at a time.
  static long count(Handle handle, Instant now) {
    return handle
        .createQuery(
            "SELECT COUNT(*) FROM subscription WHERE cancelled_at IS NULL AND expires_at > :now")
        .bind("now", now.toEpochMilli())
        .mapTo(Long.class)
        .one();
  }

  static List<Subscription> list(Handle handle, SubscriptionQuery query) {
    List<String> conditions = new ArrayList<>(List.of("id > :after"));
    if (query.application() != null) {
      conditions.add("application = :application");
    }
    if (query.device() != null) {
      conditions.add("device = :device");
    }
    if (query.deviceType() != null) {
      conditions.add("device_type = :type");
    }
    if (query.status() != null) {
      conditions.add(
          switch (query.status()) {
            case ACTIVE -> "cancelled_at IS NULL AND expires_at > :now";
            case EXPIRED -> "cancelled_at IS NULL AND expires_at <= :now";
            case CANCELLED -> "cancelled_at IS NOT NULL";
          });
    }
    Query select =
        handle
            .createQuery(
                "SELECT * FROM subscription WHERE "
                    + String.join(" AND ", conditions)
                    + " ORDER BY id LIMIT :limit")
            .bind("after", query.after())
            .bind("limit", query.limit());
    if (query.application() != null) {
      select.bind("application", query.application());
    }
    if (query.device() != null) {
      select.bind("device", query.device());
    }
    if (query.deviceType() != null) {
      select.bind("type", query.deviceType());
    }
    if (query.status() != null && query.status() != Subscription.Status.CANCELLED) {
      select.bind("now", query.now().toEpochMilli());
    }
    return select.map((row, context) -> subscription(row)).list();
  }

  /// Keeps it, unless its application is gone or a later request was kept before.
  static boolean save(Handle handle, Subscription subscription, Instant askedAt, Instant now) {
    Instant cancelled = subscription.cancelledAt();
    Subscription.Window earlier = subscription.earlier();
    return handle
            .createUpdate(
                "INSERT INTO subscription (id, application, device, device_type, filter, status,"
                    + " subscribed_at, asked_at, expires_at, cancelled_at, earlier_from,"
                    + " earlier_until) SELECT :id, :application, :device, :type, :filter, :status,"
                    + " :subscribed, :asked, :expires, :cancelled, :earlierFrom, :earlierUntil"
                    + " WHERE EXISTS (SELECT 1 FROM application WHERE id = :application)"
                    + " ON CONFLICT (id) DO UPDATE SET status = excluded.status, subscribed_at ="
                    + " excluded.subscribed_at, asked_at = excluded.asked_at, expires_at ="
                    + " excluded.expires_at, cancelled_at = excluded.cancelled_at, earlier_from ="
                    + " excluded.earlier_from, earlier_until = excluded.earlier_until"
                    + " WHERE subscription.asked_at <= excluded.asked_at")
            .bind("id", subscription.id())
            .bind("application", subscription.application())
            .bind("device", subscription.selector().device())
            .bind("type", subscription.selector().deviceType())
            .bind("filter", subscription.selector().filter())
            .bind("status", subscription.status(now).text())
            .bind("subscribed", subscription.subscribedAt().toEpochMilli())
            .bind("asked", askedAt.toEpochMilli())
            .bind("expires", subscription.expiresAt().toEpochMilli())
            .bind("cancelled", millis(cancelled))
            .bind("earlierFrom", millis(earlier == null ? null : earlier.from()))
            .bind("earlierUntil", millis(earlier == null ? null : earlier.until()))
            .execute()
        > 0;
  }

  /// Marks those whose time is over.
  static int expire(Handle handle, Instant now) {
    return handle
        .createUpdate(
            "UPDATE subscription SET status = 'expired' WHERE status = 'active' AND expires_at <="
                + " :now")
        .bind("now", now.toEpochMilli())
        .execute();
  }

  private static @Nullable Long millis(@Nullable Instant time) {
    return time == null ? null : time.toEpochMilli();
  }

  private static Kept kept(ResultSet row) throws SQLException {
    return new Kept(subscription(row), Instant.ofEpochMilli(row.getLong("asked_at")));
  }

  private static Subscription subscription(ResultSet row) throws SQLException {
    Instant from = time(row, "earlier_from");
    Instant until = time(row, "earlier_until");
    return new Subscription(
        row.getString("id"),
        row.getString("application"),
        new Selector(
            row.getString("device"), row.getString("device_type"), row.getString("filter")),
        Instant.ofEpochMilli(row.getLong("subscribed_at")),
        Instant.ofEpochMilli(row.getLong("expires_at")),
        time(row, "cancelled_at"),
        from == null || until == null ? null : new Subscription.Window(from, until));
  }

  private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
    long millis = row.getLong(column);
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }
}
