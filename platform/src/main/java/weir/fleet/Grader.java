package weir.fleet;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import weir.fleet.model.Family;

/// Holds the sender's ledger against what the platform shows. Pure.
final class Grader {

  private static final int EXAMPLES_MAX = 10;

  private final List<Account.Page> pages;
  private final Evidence evidence;
  private final List<String> examples = new ArrayList<>();

  Grader(List<Account.Page> pages, Evidence evidence) {
    this.pages = pages;
    this.evidence = evidence;
  }

  /// Whether something acknowledged has not shown up yet, neither stored nor set aside.
  boolean isWaiting() {
    for (int device = 0; device < pages.size(); device++) {
      Account.Page page = pages.get(device);
      Evidence.Records records = evidence.of(device);
      if (!missing(page, records).isEmpty() || !asideMissing(page, records)) {
        return true;
      }
    }
    return false;
  }

  private boolean asideMissing(Account.Page page, Evidence.Records records) {
    BitSet missing = (BitSet) page.malformedAcknowledged().clone();
    missing.andNot(records.malformedAside);
    missing.andNot(records.malformedStored);
    return missing.isEmpty() || evidence.isAsideCut();
  }

  private BitSet missing(Account.Page page, Evidence.Records records) {
    BitSet missing = (BitSet) page.acknowledged().clone();
    missing.andNot(records.stored);
    missing.andNot(records.aside);
    if (evidence.isAsideCut()) {
      missing.andNot(page.expectedAside());
    }
    return missing;
  }

  List<Grade.Line> families() {
    Map<Family, Grade.Line> lines = new EnumMap<>(Family.class);
    for (int device = 0; device < pages.size(); device++) {
      Account.Page page = pages.get(device);
      Grade.Line line = line(page, evidence.of(device));
      lines.merge(page.family(), line, (one, other) -> one.plus(other, one.family()));
    }
    return List.copyOf(lines.values());
  }

  /// After [#families].
  List<String> examples() {
    return List.copyOf(examples);
  }

  static Grade.Line total(List<Grade.Line> families) {
    Grade.Line total = new Grade.Line("total", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    for (Grade.Line line : families) {
      total = total.plus(line, "total");
    }
    return total;
  }

  private Grade.Line line(Account.Page page, Evidence.Records records) {
    BitSet lost = missing(page, records);
    BitSet waiting = and(lost, page.expectedAside());
    lost.andNot(waiting);
    BitSet stored = and(page.acknowledged(), records.stored);
    BitSet wrong = and(stored, page.expectedAside());
    stored.andNot(page.expectedAside());
    BitSet asideExpected = and(page.acknowledged(), page.expectedAside());
    BitSet asideFound = and(asideExpected, records.aside);
    BitSet unexpected = and(page.acknowledged(), records.aside);
    unexpected.andNot(page.expectedAside());
    unexpected.andNot(records.stored);
    note(page, lost, "acknowledged, but neither stored nor set aside");
    note(page, unexpected, "set aside without need");
    note(page, wrong, "stored, though no parameter covers it");
    BitSet malformedFound = and(page.malformedAcknowledged(), records.malformedAside);
    return new Grade.Line(
        page.family().name().toLowerCase(Locale.ROOT),
        1,
        page.sent().cardinality(),
        page.acknowledged().cardinality(),
        page.refused(),
        page.discarded(),
        stored.cardinality(),
        lost.cardinality() + malformedLost(page, records),
        records.repeated,
        disorder(page, records),
        asideExpected.cardinality() + page.malformedAcknowledged().cardinality(),
        asideFound.cardinality() + malformedFound.cardinality(),
        waiting.cardinality(),
        unexpected.cardinality(),
        wrong.cardinality() + records.malformedStored.cardinality());
  }

  private long malformedLost(Account.Page page, Evidence.Records records) {
    if (evidence.isAsideCut()) {
      return 0;
    }
    BitSet lost = (BitSet) page.malformedAcknowledged().clone();
    lost.andNot(records.malformedAside);
    lost.andNot(records.malformedStored);
    note(page, lost, "malformed and acknowledged, but not set aside");
    return lost.cardinality();
  }

  private void note(Account.Page page, BitSet wrong, String what) {
    for (int at = wrong.nextSetBit(0);
        at >= 0 && examples.size() < EXAMPLES_MAX;
        at = wrong.nextSetBit(at + 1)) {
      examples.add(page.device() + "#" + at + ": " + what);
    }
  }

  private static BitSet and(BitSet one, BitSet other) {
    BitSet both = (BitSet) one.clone();
    both.and(other);
    return both;
  }

  /// How many were received before a message that the device had sent earlier. What the platform
  /// asked to send again later does not count.
  private static long disorder(Account.Page page, Evidence.Records records) {
    long latest = 0;
    long disorder = 0;
    for (int sequence : page.order()) {
      long received = records.receivedMillis(sequence);
      if (received == 0 || page.postponed().get(sequence)) {
        continue;
      }
      if (received < latest) {
        disorder++;
      }
      latest = Math.max(latest, received);
    }
    return disorder;
  }
}
