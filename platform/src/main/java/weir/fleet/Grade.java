package weir.fleet;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Locale;

/// What a run shows about the platform, by the sender's own ledger.
///
/// @param checked whether the platform was asked what it stored; without it, only the figures of
///     the sender are there
/// @param families a line for each family that took part
/// @param publishToAckMillisP50 from the last time a message was put on the wire
/// @param seconds how long the run took, by the wall clock
/// @param examples some of the messages that are wrong, as `device#sequence: what`
public record Grade(
    boolean checked,
    List<Line> families,
    Line total,
    double publishToAckMillisP50,
    double publishToAckMillisP99,
    double seconds,
    Faults faults,
    List<String> examples) {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .visibility(PropertyAccessor.IS_GETTER, Visibility.NONE)
          .build();

  /// Figures of one family, or of all.
  ///
  /// @param sent messages put on their way, counted once each
  /// @param acknowledged of these, answered with yes
  /// @param refused of these, answered with no, or not answered when the run ended
  /// @param discarded never sent, because the device's buffer was full
  /// @param stored acknowledged messages that the platform shows as stored
  /// @param lost acknowledged, but neither stored nor set aside
  /// @param duplicated stored more than once: how many times too often
  /// @param outOfOrder stored as received before one that its device had sent earlier
  /// @param asideExpected messages nobody can read or decode, acknowledged
  /// @param asideFound of these, how many are among the dead letters
  /// @param waiting of these, how many are not yet there: what lacks a reference is tried for some
  ///     minutes before it is set aside
  /// @param asideUnexpected sound messages among the dead letters
  /// @param wronglyStored messages that had to be set aside, but were stored
  public record Line(
      String family,
      int devices,
      long sent,
      long acknowledged,
      long refused,
      long discarded,
      long stored,
      long lost,
      long duplicated,
      long outOfOrder,
      long asideExpected,
      long asideFound,
      long waiting,
      long asideUnexpected,
      long wronglyStored) {

    Line plus(Line other, String name) {
      return new Line(
          name,
          devices + other.devices,
          sent + other.sent,
          acknowledged + other.acknowledged,
          refused + other.refused,
          discarded + other.discarded,
          stored + other.stored,
          lost + other.lost,
          duplicated + other.duplicated,
          outOfOrder + other.outOfOrder,
          asideExpected + other.asideExpected,
          asideFound + other.asideFound,
          waiting + other.waiting,
          asideUnexpected + other.asideUnexpected,
          wronglyStored + other.wronglyStored);
    }

    boolean isFlawless() {
      return lost + duplicated + outOfOrder + asideUnexpected + wronglyStored == 0;
    }
  }

  /// What was done on purpose.
  ///
  /// @param malformed messages that nobody can read
  /// @param malformedRefused of these, refused at the door instead of acknowledged
  public record Faults(
      int dropOuts,
      int storms,
      int driftingClocks,
      long duplicates,
      long lateBatches,
      long shuffledBatches,
      long malformed,
      long malformedRefused) {}

  public Grade {
    families = List.copyOf(families);
    examples = List.copyOf(examples);
  }

  /// Whether the platform kept its promises: it took something, nothing acknowledged is lost,
  /// nothing is stored twice or in another order, and only what had to be was set aside.
  public boolean passed() {
    return checked && !tookNothing() && total.isFlawless();
  }

  /// Whether everything that was sent was refused, which is known without asking.
  public boolean tookNothing() {
    return total.sent > 0 && total.acknowledged == 0;
  }

  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException impossibleForNumbers) {
      throw new IllegalStateException(impossibleForNumbers);
    }
  }

  /// A table to read, one column for each family.
  public String toText() {
    StringBuilder text = new StringBuilder(1_024);
    row(text, "", "sent", "acked", "refused", "stored", "lost", "twice", "disorder", "aside");
    for (Line line : families) {
      row(text, line);
    }
    row(text, total);
    text.append(
        String.format(
            Locale.ROOT,
            "%npublish to ack: p50 %.1f ms, p99 %.1f ms; %d devices, %.0f s, %.0f messages/s%n",
            publishToAckMillisP50,
            publishToAckMillisP99,
            total.devices,
            seconds,
            seconds > 0 ? total.sent / seconds : 0));
    appendFaults(text);
    examples.forEach(example -> text.append("  ").append(example).append('\n'));
    text.append(verdict()).append('\n');
    return text.toString();
  }

  private void appendFaults(StringBuilder text) {
    text.append(
        String.format(
            Locale.ROOT,
            "on purpose: %d drop-outs, %d storms, %d wrong clocks, %d duplicates, %d late and %d "
                + "shuffled batches, %d malformed (%d refused at the door)%n",
            faults.dropOuts,
            faults.storms,
            faults.driftingClocks,
            faults.duplicates,
            faults.lateBatches,
            faults.shuffledBatches,
            faults.malformed,
            faults.malformedRefused));
    if (total.waiting > 0) {
      text.append(total.waiting).append(" still wait for a reference before they are set aside\n");
    }
    if (total.discarded > 0) {
      text.append(total.discarded).append(" never sent: the devices' buffers were full\n");
    }
  }

  private String verdict() {
    if (tookNothing()) {
      return "FAILED: nothing was taken; give the admin token or tokens of devices";
    }
    if (!checked) {
      return "NOT CHECKED: give an admin token to have the platform asked what it stored";
    }
    return passed() ? "PASSED" : "FAILED";
  }

  private void row(StringBuilder text, Line line) {
    row(
        text,
        line.family,
        Long.toString(line.sent),
        Long.toString(line.acknowledged),
        Long.toString(line.refused),
        shown(line.stored),
        shown(line.lost),
        shown(line.duplicated),
        shown(line.outOfOrder),
        checked ? aside(line) : "-");
  }

  private static String aside(Line line) {
    String found = line.asideFound + "/" + line.asideExpected;
    return line.asideUnexpected == 0 ? found : found + " +" + line.asideUnexpected;
  }

  private String shown(long number) {
    return checked ? Long.toString(number) : "-";
  }

  private static void row(StringBuilder text, String name, String... cells) {
    text.append(String.format(Locale.ROOT, "%-10s", name));
    for (String cell : cells) {
      text.append(String.format(Locale.ROOT, " %9s", cell));
    }
    text.append('\n');
  }
}
