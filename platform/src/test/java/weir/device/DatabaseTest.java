package weir.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import weir.testkit.PostgresServer;

class DatabaseTest {

  @Test
  void aServerThatFallsSilentIsGivenUpUnlessHoursAreAllowed() {
    PostgresServer.require();
    SqlEngine engine = SqlEngine.postgres(PostgresServer.shared().database());
    try (Database database = new Database(engine, Database.Tables.SERIES, 1)) {
      assertThat(database.read(DatabaseTest::silence)).isEqualTo(Duration.ofSeconds(90));
      assertThat(database.write(DatabaseTest::silence)).isEqualTo(Duration.ofSeconds(90));

      Duration allowed =
          database.read(
              handle -> {
                engine.allowHours(handle);
                return silence(handle);
              });

      assertThat(allowed).isGreaterThan(Duration.ofHours(1));
      assertThat(database.read(DatabaseTest::silence)).isEqualTo(Duration.ofSeconds(90));
    }
  }

  private static Duration silence(Handle handle) {
    try {
      return Duration.ofMillis(handle.getConnection().getNetworkTimeout());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
