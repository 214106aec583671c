package weir.subscriber;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import weir.device.Database;

/// The registered applications, in memory whole, in the order of their names. Safe for use by many
/// threads. A new database gets three samples, once.
public final class Applications {

  private final List<Application> all;
  private final Map<String, List<Application>> byDeviceType = new HashMap<>();

  public Applications(Database database, InstantSource clock) {
    database.once("sample-applications", handle -> plant(handle, clock.millis()));
    all = database.read(Applications::load);
    for (Application application : all) {
      if (application.status() == Application.Status.ACTIVE) {
        for (String type : application.deviceTypes()) {
          byDeviceType.computeIfAbsent(type, key -> new ArrayList<>()).add(application);
        }
      }
    }
    byDeviceType.replaceAll((type, applications) -> List.copyOf(applications));
  }

  public List<Application> list() {
    return all;
  }

  public Optional<Application> find(String id) {
    return all.stream().filter(application -> application.id().equals(id)).findAny();
  }

  /// The active applications that named exactly this type.
  public List<Application> byDeviceType(String type) {
    return byDeviceType.getOrDefault(type, List.of());
  }

  private static List<Application> load(Handle handle) {
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

  private static void plant(Handle handle, long now) {
    for (JsonNode sample : samples()) {
      handle
          .createUpdate(
              "INSERT INTO application (id, name, developer, version, contact_email, description,"
                  + " category, platform, status, created_at, updated_at) VALUES (:id, :name,"
                  + " :developer, :version, :email, :description, :category, :platform, 'active',"
                  + " :now, :now)")
          .bind("id", sample.path("id").asText())
          .bind("name", sample.path("name").asText())
          .bind("developer", sample.path("developer").asText())
          .bind("version", sample.path("version").asText())
          .bind("email", sample.path("contact_email").asText())
          .bind("description", sample.path("description").asText())
          .bind("category", sample.path("category").asText())
          .bind("platform", sample.path("platform").asText())
          .bind("now", now)
          .execute();
      for (JsonNode type : sample.path("devicetypes")) {
        handle
            .createUpdate(
                "INSERT INTO application_device_type (application, device_type)"
                    + " VALUES (:application, :type)")
            .bind("application", sample.path("id").asText())
            .bind("type", type.asText())
            .execute();
      }
    }
  }

  private static JsonNode samples() {
    String file = "seed/applications.yaml";
    try (InputStream in = Applications.class.getResourceAsStream(file)) {
      return new YAMLMapper().readTree(Objects.requireNonNull(in, file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
