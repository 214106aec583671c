package weir.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import weir.device.DatabaseSettings;

/// Something that a backup does not hold because it is kept in another place.
///
/// @param what it is
/// @param how to copy it; passwords are masked
record Elsewhere(String what, String how) {

  static List<Elsewhere> of(PlatformSettings settings) {
    List<Elsewhere> all = new ArrayList<>();
    if (settings.registry().isGiven()) {
      all.add(inPostgres("registry and deliveries", settings.registry()));
    }
    if (settings.timescale().isGiven()) {
      all.add(inPostgres("series", settings.timescale()));
    }
    Path file = settings.sqlite().file();
    if (settings.sqlite().isGiven() && !isAtTopOf(settings.dataDir(), file)) {
      String copy = "sqlite3 '%s' \"VACUUM INTO 'series.db'\"".formatted(file);
      all.add(new Elsewhere("series in SQLite", copy));
    }
    Path key = settings.webhook().registration().keyFile();
    if (!key.toString().isEmpty() && !isAtTopOf(settings.dataDir(), key)) {
      all.add(new Elsewhere("key of the webhook secrets", "cp '%s' .".formatted(key)));
    }
    if (settings.rabbitmq().isSet()) {
      all.add(new Elsewhere("log in RabbitMQ", "copy the data folder of its stopped nodes"));
    } else if (!settings.kafka().embedded()) {
      all.add(
          new Elsewhere("log on a Kafka cluster", "copy the log folders of its stopped brokers"));
    }
    return List.copyOf(all);
  }

  private static Elsewhere inPostgres(String what, DatabaseSettings server) {
    String file = what.replaceAll(" .*", "") + ".dump";
    return new Elsewhere(
        what + " in PostgreSQL",
        "pg_dump --format=custom --file=%s '%s'".formatted(file, server.masked()));
  }

  private static boolean isAtTopOf(Path folder, Path file) {
    return folder
        .toAbsolutePath()
        .normalize()
        .equals(file.toAbsolutePath().normalize().getParent());
  }
}
