package weir.series.questdb;

import io.questdb.cairo.CairoEngine;
import io.questdb.cairo.CairoError;
import io.questdb.cairo.CairoException;
import io.questdb.cairo.TableToken;
import io.questdb.cairo.security.AllowAllSecurityContext;
import io.questdb.cairo.sql.AtomicBooleanCircuitBreaker;
import io.questdb.cairo.sql.BindVariableService;
import io.questdb.cairo.sql.Record;
import io.questdb.cairo.sql.RecordCursor;
import io.questdb.cairo.sql.RecordCursorFactory;
import io.questdb.cairo.sql.SqlExecutionCircuitBreaker;
import io.questdb.griffin.SqlException;
import io.questdb.griffin.SqlExecutionContextImpl;
import io.questdb.griffin.engine.functions.bind.BindVariableServiceImpl;
import io.questdb.std.Misc;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.series.StoreException;

/// The QuestDB engine and its query threads.
///
/// Queries run on a few platform threads of our own: QuestDB keeps native memory for every thread
/// that calls it, which virtual threads would never give back. The queue before them is bounded,
/// and a query that takes too long is cancelled.
final class Engine implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
  private static final Duration SCAN_LIMIT = Duration.ofMinutes(10);

  private final CairoEngine cairo;
  private final QuestDbSettings settings;
  private final ThreadPoolExecutor queries;

  Engine(QuestDbSettings settings) {
    this.settings = settings;
    try {
      Files.createDirectories(settings.directory());
    } catch (IOException e) {
      throw new StoreException("cannot create " + settings.directory(), e);
    }
    Slf4jLogWriter.install();
    this.cairo = open(settings);
    this.queries =
        new ThreadPoolExecutor(
            settings.queryThreads(),
            settings.queryThreads(),
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(settings.queryWaitingMax()),
            Thread.ofPlatform().name("weir-series-query-", 0).daemon().factory());
  }

  private static CairoEngine open(QuestDbSettings settings) {
    CairoEngine cairo = new CairoEngine(new EngineConfiguration(settings));
    try {
      cairo.load();
      return cairo;
    } catch (RuntimeException | Error e) {
      Misc.free(cairo);
      throw e;
    }
  }

  CairoEngine cairo() {
    return cairo;
  }

  TableToken table(String name) {
    return cairo.verifyTableName(name);
  }

  /// As [#select], for work in the background that may take long.
  void scan(String sql, Consumer<Record> rows) {
    AtomicBooleanCircuitBreaker breaker = breaker();
    await(submit(() -> visit(sql, List.of(), breaker, rows)), breaker, SCAN_LIMIT);
  }

  /// Runs a query on a query thread and visits its rows there.
  ///
  /// @param parameters values of `$1`, `$2` …: Long for times and numbers, Integer, String, UUID
  void select(String sql, List<Object> parameters, Consumer<Record> rows) {
    AtomicBooleanCircuitBreaker breaker = breaker();
    await(submit(() -> visit(sql, parameters, breaker, rows)), breaker, settings.queryTimeout());
  }

  private static void await(Future<?> answer, AtomicBooleanCircuitBreaker breaker, Duration limit) {
    try {
      answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      breaker.cancel();
      answer.cancel(false);
      throw new StoreException("the query took longer than " + limit, e);
    } catch (InterruptedException e) {
      breaker.cancel();
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while waiting for a query", e);
    } catch (ExecutionException e) {
      throw failed(e.getCause());
    }
  }

  private static StoreException failed(@Nullable Throwable cause) {
    if (cause instanceof StoreException known) {
      return known;
    }
    return new StoreException("the query failed: " + cause, cause);
  }

  private void visit(
      String sql,
      List<Object> parameters,
      SqlExecutionCircuitBreaker breaker,
      Consumer<Record> rows) {
    try (SqlExecutionContextImpl context = context(parameters, breaker);
        RecordCursorFactory factory = cairo.select(sql, context);
        RecordCursor cursor = factory.getCursor(context)) {
      Record row = cursor.getRecord();
      while (cursor.hasNext()) {
        rows.accept(row);
      }
    } catch (SqlException e) {
      throw new StoreException("QuestDB refuses the query: " + e.getFlyweightMessage(), e);
    }
  }

  /// Runs a statement on a query thread.
  void executeQueued(String sql) {
    await(submit(() -> execute(sql)), breaker(), settings.queryTimeout());
  }

  private AtomicBooleanCircuitBreaker breaker() {
    AtomicBooleanCircuitBreaker breaker = new AtomicBooleanCircuitBreaker(cairo);
    breaker.reset();
    return breaker;
  }

  private Future<?> submit(Runnable work) {
    try {
      return queries.submit(work);
    } catch (RejectedExecutionException full) {
      throw new StoreException("too many queries are waiting", full);
    }
  }

  /// Runs a statement on the calling thread, which must be a platform thread.
  void execute(String sql) {
    try (SqlExecutionContextImpl context =
        context(List.of(), SqlExecutionCircuitBreaker.NOOP_CIRCUIT_BREAKER)) {
      cairo.execute(sql, context);
    } catch (SqlException e) {
      throw new StoreException("QuestDB refuses the statement: " + e.getFlyweightMessage(), e);
    } catch (CairoException | CairoError e) {
      throw new StoreException("the statement failed: " + e.getMessage(), e);
    }
  }

  private SqlExecutionContextImpl context(
      List<Object> parameters, SqlExecutionCircuitBreaker breaker) throws SqlException {
    BindVariableService variables = new BindVariableServiceImpl(cairo.getConfiguration());
    for (int i = 0; i < parameters.size(); i++) {
      bind(variables, i, parameters.get(i));
    }
    return new SqlExecutionContextImpl(cairo, 0)
        .with(AllowAllSecurityContext.INSTANCE, variables, null, -1, breaker);
  }

  private static void bind(BindVariableService variables, int index, Object value)
      throws SqlException {
    switch (value) {
      case Long number -> variables.setLong(index, number);
      case Integer number -> variables.setInt(index, number);
      case String text -> variables.setStr(index, text);
      case UUID id ->
          variables.setUuid(index, id.getLeastSignificantBits(), id.getMostSignificantBits());
      default -> throw new IllegalArgumentException("cannot bind " + value.getClass());
    }
  }

  @Override
  public void close() {
    queries.shutdown();
    try {
      if (!queries.awaitTermination(settings.queryTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
        throw new StoreException("queries still run; QuestDB stays open");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while closing QuestDB", e);
    }
    try {
      cairo.close();
    } catch (CairoException e) {
      // A writer that failed on a full disk is still counted as in use; the process goes on.
      LOG.warn("QuestDB did not close well reason={}", e.getMessage());
    }
  }
}
