package weir.subscriber;

import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;
import weir.device.Revisions;

/// The rows of the table `endpoint`; secrets are sealed on the way in.
final class EndpointTable {

  private final SecretBox box;

  EndpointTable(SecretBox box) {
    this.box = box;
  }

  List<Endpoint> all(Handle handle) {
    return handle.createQuery("SELECT * FROM endpoint").map((row, context) -> endpoint(row)).list();
  }

  Optional<Endpoint> find(Handle handle, String application) {
    return handle
        .createQuery("SELECT * FROM endpoint WHERE application = :application")
        .bind("application", application)
        .map((row, context) -> endpoint(row))
        .findOne();
  }

  Optional<Endpoint> find(Handle handle, long number) {
    return handle
        .createQuery("SELECT * FROM endpoint WHERE number = :number")
        .bind("number", number)
        .map((row, context) -> endpoint(row))
        .findOne();
  }

  /// Inserts it and gives it its number.
  Endpoint insert(Handle handle, Endpoint endpoint) {
    Update insert =
        handle.createUpdate(
            "INSERT INTO endpoint (application, url, format, ordering, on_refusal, in_flight_max,"
                + " timeout_seconds, state, reason, state_since, secret, previous_secret,"
                + " previous_until) VALUES (:application, :url, :format, :ordering, :onRefusal,"
                + " :inFlightMax, :timeout, :state, :reason, :since, :secret, :previous, :until)");
    bind(insert, endpoint).execute();
    Revisions.raise(handle, Revisions.Part.APPLICATIONS);
    return find(handle, endpoint.application()).orElseThrow();
  }

  void update(Handle handle, Endpoint endpoint) {
    Update update =
        handle.createUpdate(
            "UPDATE endpoint SET url = :url, format = :format, ordering = :ordering, on_refusal ="
                + " :onRefusal, in_flight_max = :inFlightMax, timeout_seconds = :timeout, state ="
                + " :state, reason = :reason, state_since = :since, secret = :secret,"
                + " previous_secret = :previous, previous_until = :until WHERE application ="
                + " :application");
    bind(update, endpoint).execute();
    Revisions.raise(handle, Revisions.Part.APPLICATIONS);
  }

  private Update bind(Update statement, Endpoint endpoint) {
    Endpoint.Options options = endpoint.options();
    SigningSecret previous = endpoint.secrets().previous();
    Instant until = endpoint.secrets().previousUntil();
    return statement
        .bind("application", endpoint.application())
        .bind("url", endpoint.url().toString())
        .bind("format", options.format().text())
        .bind("ordering", options.order().text())
        .bind("onRefusal", options.onRefusal().text())
        .bind("inFlightMax", options.inFlightMax())
        .bind("timeout", options.timeout().toSeconds())
        .bind("state", endpoint.state().text())
        .bind("reason", endpoint.condition().reason())
        .bind("since", endpoint.condition().since().toEpochMilli())
        .bind("secret", box.seal(endpoint.secrets().current().text()))
        .bind("previous", previous == null ? null : box.seal(previous.text()))
        .bind("until", until == null ? null : until.toEpochMilli());
  }

  void delete(Handle handle, String application) {
    Revisions.raise(handle, Revisions.Part.APPLICATIONS);
    handle
        .createUpdate("DELETE FROM endpoint WHERE application = :application")
        .bind("application", application)
        .execute();
  }

  private Endpoint endpoint(ResultSet row) throws SQLException {
    long until = row.getLong("previous_until");
    boolean never = row.wasNull();
    return new Endpoint(
        row.getLong("number"),
        row.getString("application"),
        URI.create(row.getString("url")),
        new Endpoint.Options(
            Endpoint.constant(Endpoint.Format.class, row.getString("format")).orElseThrow(),
            Endpoint.constant(Endpoint.Order.class, row.getString("ordering")).orElseThrow(),
            Endpoint.constant(Endpoint.OnRefusal.class, row.getString("on_refusal")).orElseThrow(),
            row.getInt("in_flight_max"),
            Duration.ofSeconds(row.getLong("timeout_seconds"))),
        new Endpoint.Condition(
            Endpoint.constant(Endpoint.State.class, row.getString("state")).orElseThrow(),
            row.getString("reason"),
            Instant.ofEpochMilli(row.getLong("state_since"))),
        new Endpoint.Secrets(
            SigningSecret.of(box.open(row.getString("secret"))),
            secretOrNull(row.getString("previous_secret")),
            never ? null : Instant.ofEpochMilli(until)));
  }

  private @Nullable SigningSecret secretOrNull(@Nullable String sealed) {
    return sealed == null ? null : SigningSecret.of(box.open(sealed));
  }
}
