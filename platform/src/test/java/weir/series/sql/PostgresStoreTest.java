package weir.series.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static weir.series.EventSamples.NOON;
import static weir.series.EventSamples.event;
import static weir.series.EventSamples.temperature;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import weir.device.DatabaseSettings;
import weir.device.SqlEngine;
import weir.event.Reading;
import weir.series.StoreLimits;
import weir.testkit.PostgresServer;

/// What only a store on a server does.
class PostgresStoreTest {

  /// What Weir calls of TimescaleDB's Apache edition, without chunks.
  private static final String STAND_IN =
      """
      SET allow_system_table_mods = on;
      INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
      VALUES (90001, 'timescaledb', 10, 2200, false, '2.22.1');
      CREATE TABLE public.called (function TEXT, relation TEXT);
      CREATE FUNCTION public.create_hypertable(relation regclass, time_column name,
        chunk_time_interval interval) RETURNS void LANGUAGE sql AS $$
        INSERT INTO public.called VALUES ('create_hypertable', relation::text) $$;
      CREATE FUNCTION public.hypertable_size(relation regclass) RETURNS bigint LANGUAGE sql AS $$
        SELECT 1000000 + pg_total_relation_size(relation) $$;
      CREATE FUNCTION public.drop_chunks(relation regclass, older_than timestamptz)
        RETURNS SETOF text LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO public.called VALUES ('drop_chunks', relation::text);
          EXECUTE format('DELETE FROM %s WHERE ts < $1', relation) USING older_than;
          RETURN NEXT 'chunk';
        END $$;
      """;

  private DatabaseSettings database = DatabaseSettings.defaults();

  @BeforeEach
  void makeDatabase() {
    PostgresServer.require();
    database = PostgresServer.shared().database();
  }

  private SqlStore open() {
    return new SqlStore(
        SqlEngine.postgres(database),
        StoreLimits.defaults(),
        InstantSource.fixed(NOON),
        type -> Duration.ofDays(type.equals("brief") ? 7 : 30));
  }

  @Test
  void aReaderHoldsNoNewPartitionUp() throws SQLException {
    try (SqlStore store = open();
        Connection reader = database.source().getConnection();
        Statement question = reader.createStatement()) {
      store.write(List.of(temperature("e-1", "a", NOON, 1)));
      reader.setAutoCommit(false);
      question.executeQuery("SELECT * FROM series.events, series.readings").close();

      store.write(
          List.of(
              temperature("e-2", "a", NOON.minus(Duration.ofDays(3)), 1),
              event("e-3", "a", "brief", "f", NOON, List.of(new Reading.Numeric("t", 1, "")))));

      assertThat(store.eventCount()).isEqualTo(3);
    }
  }

  @Test
  void oneProcessAtATimeRetires() {
    try (SqlStore store = open()) {
      store.write(List.of(temperature("e-1", "a", NOON, 1)));
      SqlEngine.Right other = SqlEngine.postgres(database).claim(Upkeep.RETIREMENT).orElseThrow();

      store.retire(NOON.plus(Duration.ofDays(40)));
      assertThat(store.retiredCount()).isZero();

      other.close();
      store.retire(NOON.plus(Duration.ofDays(40)));
      assertThat(store.retiredCount()).isEqualTo(1);
    }
  }

  @Test
  void chunksOfTimescaleGoWhenNoClassIsKeptLonger() throws SQLException {
    try (Connection connection = database.source().getConnection();
        Statement statement = connection.createStatement()) {
      boolean _ = statement.execute(STAND_IN);
    }
    try (SqlStore store = open()) {
      store.write(
          List.of(
              event("brief", "a", "brief", "f", NOON, List.of(new Reading.Numeric("t", 1, ""))),
              temperature("long", "b", NOON, 2)));
      assertThat(called("create_hypertable")).containsExactly("events", "readings");
      assertThat(store.diskBytes()).isGreaterThan(2_000_000);

      store.retire(NOON.plus(Duration.ofDays(10)));
      assertThat(store.retiredCount()).isEqualTo(1);
      assertThat(store.eventCount()).isEqualTo(1);
      assertThat(hours()).isEqualTo(2);

      store.retire(NOON.plus(Duration.ofDays(40)));
      assertThat(called("drop_chunks")).contains("events", "readings");
      assertThat(store.retiredCount()).isEqualTo(2);
      assertThat(store.eventCount()).isZero();
      assertThat(hours()).isEqualTo(2);
    }
  }

  private List<String> called(String function) {
    return Jdbi.create(database.source())
        .withHandle(
            handle ->
                handle
                    .createQuery("SELECT relation FROM public.called WHERE function = :function")
                    .bind("function", function)
                    .mapTo(String.class)
                    .list());
  }

  private int hours() {
    return Jdbi.create(database.source())
        .withHandle(
            handle ->
                handle
                    .createQuery("SELECT COUNT(*) FROM iot_hourly_stats")
                    .mapTo(Integer.class)
                    .one());
  }
}
