package weir.series.questdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.questdb.log.LogFactory;
import io.questdb.log.LogLevel;
import io.questdb.log.LogRecordUtf8Sink;
import io.questdb.log.LogWriter;
import io.questdb.mp.QueueConsumer;
import io.questdb.mp.RingQueue;
import io.questdb.mp.SCSequence;
import io.questdb.mp.SynchronizedJob;
import java.io.OutputStream;
import java.io.PrintStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hands QuestDB's errors to our log and drops its chatter. Named in `questdb-log.conf`; QuestDB
/// makes it by reflection and runs it on its one log thread.
public final class Slf4jLogWriter extends SynchronizedJob implements LogWriter {

  private static final Logger LOG = LoggerFactory.getLogger(Slf4jLogWriter.class);
  private static final String PROPERTY = "out";
  private static final String CONFIGURATION = "/weir/series/questdb/questdb-log.conf";

  private final RingQueue<LogRecordUtf8Sink> ring;
  private final SCSequence sequence;
  private final int level;
  private final QueueConsumer<LogRecordUtf8Sink> consumer = this::forward;

  public Slf4jLogWriter(RingQueue<LogRecordUtf8Sink> ring, SCSequence sequence, int level) {
    this.ring = ring;
    this.sequence = sequence;
    this.level = level;
  }

  /// Must run before any class of QuestDB is loaded. QuestDB tells the error stream where it
  /// found its configuration; that line is swallowed.
  static synchronized void install() {
    if (System.getProperty(PROPERTY) != null) {
      return;
    }
    System.setProperty(PROPERTY, CONFIGURATION);
    PrintStream errors = System.err;
    System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8));
    try {
      LogFactory.getInstance();
    } finally {
      System.setErr(errors);
    }
  }

  private void forward(LogRecordUtf8Sink line) {
    if ((line.getLevel() & level) == 0) {
      return;
    }
    if ((line.getLevel() & LogLevel.CRITICAL) != 0) {
      LOG.error("QuestDB line={}", line.toString().strip());
    } else if ((line.getLevel() & LogLevel.ERROR) != 0) {
      LOG.warn("QuestDB line={}", line.toString().strip());
    }
  }

  @Override
  protected boolean runSerially() {
    return sequence.consumeAll(ring, consumer);
  }

  @Override
  public void bindProperties(LogFactory factory) {
    // There are none.
  }
}
