package weir.device;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/// Plain JDBC for the statements that run thousands of times a second.
public final class Statements {

  private static final int ROWS_AT_ONCE = 500;

  private Statements() {}

  /// Reads one row.
  @FunctionalInterface
  public interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /// Runs a statement once for each set of values; returns how many rows it changed in all.
  public static int batch(Handle handle, String sql, List<Object[]> values) {
    if (values.isEmpty()) {
      return 0;
    }
    try (PreparedStatement statement = handle.getConnection().prepareStatement(sql)) {
      for (Object[] row : values) {
        bind(statement, row);
        statement.addBatch();
      }
      int changed = 0;
      for (int count : statement.executeBatch()) {
        changed += count;
      }
      return changed;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  public static <T> List<T> query(Handle handle, String sql, Row<T> reader, Object... values) {
    try (PreparedStatement statement = handle.getConnection().prepareStatement(sql)) {
      bind(statement, values);
      List<T> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(reader.read(rows));
        }
      }
      return found;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /// Visits rows until the visitor has seen enough, without having all of them in memory.
  public static void scan(Handle handle, String sql, Row<Boolean> visitor, Object... values) {
    try (PreparedStatement statement = handle.getConnection().prepareStatement(sql)) {
      statement.setFetchSize(ROWS_AT_ONCE);
      bind(statement, values);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next() && visitor.read(rows)) {
          // The visitor does it.
        }
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static void bind(PreparedStatement statement, Object[] values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }

  private static UnableToExecuteStatementException failed(SQLException e) {
    return new UnableToExecuteStatementException(e, null);
  }
}
