package weir.testkit;

import org.junit.jupiter.api.AfterEach;
import weir.log.EventLog;
import weir.log.EventLogContract;

class MemoryLogContractTest extends EventLogContract {

  private final MemoryLog log = new MemoryLog();

  @Override
  protected EventLog log() {
    return log;
  }

  @Override
  protected void takeDown() {
    log.failAppends();
  }

  @Override
  protected void bringBack() {
    log.mendAppends();
  }

  @AfterEach
  void close() {
    log.close();
  }
}
