package weir.testkit;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/// Several senders at once, with one ledger of what was acknowledged to any of them.
public final class LedgerSenders {

  private final List<LedgerSender> senders;

  /// @param sender makes the one of this number, from 0
  public LedgerSenders(int count, IntFunction<LedgerSender> sender) {
    senders = IntStream.range(0, count).mapToObj(sender).toList();
  }

  public long acknowledged() {
    return senders.stream().mapToLong(sender -> sender.acknowledged().size()).sum();
  }

  /// Waits until so many more were acknowledged.
  public void awaitMore(int count) {
    long before = acknowledged();
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> acknowledged() >= before + count);
  }

  /// Stops them all, once everything on its way is answered; the ids that were acknowledged.
  public Set<String> finish() throws InterruptedException {
    Set<String> acknowledged = new HashSet<>();
    for (LedgerSender sender : senders) {
      sender.finish();
      acknowledged.addAll(sender.acknowledged());
      sender.close();
    }
    return acknowledged;
  }
}
