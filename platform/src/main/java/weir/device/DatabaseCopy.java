package weir.device;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.postgresql.ds.PGSimpleDataSource;

/// A whole copy of a PostgreSQL database on the same server, to try something on; removed when
/// closed. PostgreSQL makes one only while nobody else is connected to the original, and only for
/// users who may create databases.
public final class DatabaseCopy implements AutoCloseable {

  private final DatabaseSettings original;
  private final String name;

  /// @param name of the copy; letters, digits and underscores
  /// @throws SQLException when PostgreSQL refuses, with its reason
  public DatabaseCopy(DatabaseSettings original, String name) throws SQLException {
    this.original = original;
    this.name = name;
    String from = Objects.requireNonNull(original.source().getDatabaseName());
    execute("CREATE DATABASE " + name + " TEMPLATE \"" + from.replace("\"", "\"\"") + "\"");
  }

  /// Where it is.
  public DatabaseSettings settings() {
    return original.in(name);
  }

  private void execute(String sql) throws SQLException {
    PGSimpleDataSource source = original.in("postgres").source();
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      boolean _ = statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    execute("DROP DATABASE " + name + " WITH (FORCE)");
  }
}
