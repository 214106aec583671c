package weir.app.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.JdbiException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import weir.app.Backup;
import weir.app.CommandException;
import weir.app.FileTree;
import weir.app.FileTrouble;
import weir.app.PlatformSettings;
import weir.device.Database;
import weir.device.DatabaseCopy;
import weir.device.DatabaseSettings;
import weir.device.SqlEngine;

/// Puts a backup where a platform will find it, or tries this version's tables on a copy of it.
@Command(
    name = "restore",
    description = "Restore a backup into an empty data folder, or --check it with this version.")
final class RestoreCommand implements Callable<Integer> {

  private static final List<Database.Tables> TRIED =
      List.of(Database.Tables.REGISTRY, Database.Tables.DELIVERIES);
  private static final String COPY = "weir_check";

  private final PrintWriter out;
  @Mixin private final RunCommand.Flags flags = new RunCommand.Flags();

  @Parameters(paramLabel = "BACKUP", description = "the folder that weir backup printed")
  private Path backup = Path.of("");

  @Option(
      names = "--check",
      description =
          "only bring the tables of a copy up to date, and change nothing; a registry in"
              + " PostgreSQL is copied beside itself")
  private boolean check;

  RestoreCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    PlatformSettings settings = flags.bind("weir");
    if (check) {
      return check(settings) ? 0 : 1;
    }
    Backup.restore(backup, settings.dataDir(), settings.questdb().directory());
    out.printf("restored; start it with ./weir run --data-dir %s%n", settings.dataDir());
    return 0;
  }

  private boolean check(PlatformSettings settings) {
    boolean well = checkFiles(settings);
    if (settings.registry().isGiven()) {
      well &= checkServer(settings.registry());
    }
    if (settings.timescale().isGiven()) {
      out.println("skipped series in PostgreSQL: too large to copy; try a restored dump of them");
    }
    return well;
  }

  private boolean checkFiles(PlatformSettings settings) {
    if (!Backup.isBackup(backup)) {
      out.printf("WRONG   %s is no backup of Weir%n", backup);
      out.println("        name the folder that weir backup printed");
      return false;
    }
    boolean well = true;
    Path copy = temporary();
    try {
      for (Database.Tables tables : TRIED) {
        well &= checkFile(schema(tables) + ".db", tables, copy);
      }
      if (settings.sqlite().isGiven()) {
        String series = settings.sqlite().file().getFileName().toString();
        well &= checkFile(series, Database.Tables.SERIES, copy);
      }
      return well;
    } catch (IOException e) {
      throw new CommandException("cannot copy the backup: " + FileTrouble.of(e));
    } finally {
      delete(copy);
    }
  }

  private boolean checkFile(String name, Database.Tables tables, Path copy) throws IOException {
    if (!Files.exists(backup.resolve(name))) {
      out.printf("skipped %s: not in this backup%n", name);
      return true;
    }
    Path file = Files.copy(backup.resolve(name), copy.resolve(name));
    return upgrade(name, tables, SqlEngine.sqlite(file));
  }

  private boolean checkServer(DatabaseSettings registry) {
    boolean well = true;
    try (DatabaseCopy copy = new DatabaseCopy(registry, COPY)) {
      for (Database.Tables tables : TRIED) {
        String name = schema(tables) + " in PostgreSQL";
        well &= upgrade(name, tables, SqlEngine.postgres(copy.settings()));
      }
      return well;
    } catch (SQLException e) {
      out.printf("WRONG   no copy of %s: %s%n", registry.masked(), e.getMessage());
      out.println("        stop every process that uses it, and let the user create databases");
      return false;
    }
  }

  private boolean upgrade(String name, Database.Tables tables, SqlEngine engine) {
    try {
      String before = version(engine, tables);
      new Database(engine, tables, 1).close();
      out.printf("ok      %s: version %s, now %s%n", name, before, version(engine, tables));
      return true;
    } catch (FlywayException | JdbiException e) {
      out.printf("WRONG   %s: %s%n", name, e.getMessage());
      return false;
    } catch (SQLException e) {
      throw new CommandException("cannot read " + name + ": " + e.getMessage());
    }
  }

  private static String version(SqlEngine engine, Database.Tables tables) throws SQLException {
    try (Connection connection = engine.source(schema(tables)).getConnection();
        PreparedStatement question =
            connection.prepareStatement(
                "SELECT version FROM flyway_schema_history WHERE success AND version IS NOT NULL"
                    + " ORDER BY installed_rank DESC LIMIT 1");
        ResultSet row = question.executeQuery()) {
      return row.next() ? row.getString(1) : "none";
    }
  }

  private static String schema(Database.Tables tables) {
    return tables.name().toLowerCase(Locale.ROOT);
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("weir-check");
    } catch (IOException e) {
      throw new CommandException("cannot make a temporary folder: " + FileTrouble.of(e));
    }
  }

  private static void delete(Path folder) {
    try {
      new FileTree(folder).delete();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder, e);
    }
  }
}
