package weir.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.JdbiException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weir.device.Database;
import weir.device.SqlEngine;

/// Puts a backup where a platform will find it, or tries this version's tables on a copy of it.
@Command(
    name = "restore",
    description = "Restore a backup into an empty data folder, or --check it with this version.")
final class RestoreCommand implements Callable<Integer> {

  private final PrintWriter out;
  @Mixin private final RunCommand.Flags flags = new RunCommand.Flags();

  @Parameters(paramLabel = "BACKUP", description = "the folder that weir backup printed")
  private Path backup = Path.of("");

  @Option(
      names = "--check",
      description = "only bring the tables of a copy up to date, and change nothing")
  private boolean check;

  RestoreCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    if (check) {
      return check();
    }
    PlatformSettings settings = flags.bind("weir");
    Backup.restore(backup, settings.dataDir(), settings.questdb().directory());
    out.println("restored to " + settings.dataDir() + "; start it with ./weir run");
    return 0;
  }

  private int check() {
    int failed = 0;
    Path copy = temporary();
    try {
      for (Database.Tables tables :
          new Database.Tables[] {Database.Tables.REGISTRY, Database.Tables.DELIVERIES}) {
        String name = tables.name().toLowerCase(Locale.ROOT) + ".db";
        if (Files.exists(backup.resolve(name))) {
          failed += upgrade(name, tables, copy) ? 0 : 1;
        }
      }
    } finally {
      delete(copy);
    }
    return failed == 0 ? 0 : 1;
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("weir-check");
    } catch (IOException e) {
      throw new CommandException("cannot make a temporary folder: " + e.getMessage());
    }
  }

  private boolean upgrade(String name, Database.Tables tables, Path folder) {
    Path file = folder.resolve(name);
    try {
      Files.copy(backup.resolve(name), file);
      String before = version(file);
      new Database(SqlEngine.sqlite(file), tables, 1).close();
      out.printf("ok      %s: version %s, now %s%n", name, before, version(file));
      return true;
    } catch (FlywayException | JdbiException e) {
      out.printf("WRONG   %s: %s%n", name, e.getMessage());
      return false;
    } catch (IOException | SQLException e) {
      throw new CommandException("cannot read " + name + ": " + e.getMessage());
    }
  }

  private static String version(Path file) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        PreparedStatement question =
            connection.prepareStatement(
                "SELECT version FROM flyway_schema_history WHERE success ORDER BY installed_rank"
                    + " DESC LIMIT 1");
        ResultSet row = question.executeQuery()) {
      return row.next() ? row.getString(1) : "none";
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder, e);
    }
  }
}
