package weir.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Holds the books against what the log and the store really contain. Exit code 1 on a gap.
@Command(
    name = "audit",
    description = "Compare the books with what the log and the store hold; exit 1 on a gap.")
final class AuditCommand implements Callable<Integer> {

  private final PrintWriter out;
  @Mixin private final Remote remote = new Remote();

  @Option(names = "--json", description = "print the answer as JSON")
  private boolean asJson;

  AuditCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    try (Client client = remote.connect()) {
      JsonNode report = client.post("/api/audit");
      if (asJson) {
        out.println(report.toPrettyString());
      } else {
        print(report, out);
      }
      return report.path("clean").asBoolean() ? 0 : 1;
    }
  }

  private static void print(JsonNode report, PrintWriter out) {
    JsonNode books = report.path("books");
    out.printf(
        "%-14s %12s %12s %12s %12s%n", "family", "accepted", "stored", "set aside", "waiting");
    books.path("families").forEach(line -> printLine(line, out));
    printLine(books.path("total"), out);
    out.println();
    out.printf("checked one by one  %,14d raw messages%n", report.path("checked").asLong());
    out.printf("stored              %,14d events%n", report.path("stored").asLong());
    out.printf(
        "sent again          %,14d (same event id, stored once)%n",
        report.path("repeated").asLong());
    out.printf("set aside           %,14d%n", report.path("set_aside").asLong());
    out.printf("past retention      %,14d%n", report.path("retired").asLong());
    out.printf("missing             %,14d%n", report.path("missing").asLong());
    out.printf("stored twice        %,14d%n", report.path("stored_twice").asLong());
    report.path("examples").forEach(id -> out.println("  missing: " + id.asText()));
    books.path("findings").forEach(finding -> out.println("  gap: " + finding.asText()));
    out.println(
        report.path("clean").asBoolean() ? "The books balance." : "The books do NOT balance.");
  }

  private static void printLine(JsonNode line, PrintWriter out) {
    out.printf(
        "%-14s %,12d %,12d %,12d %,12d%n",
        line.path("family").asText(),
        line.path("accepted").asLong(),
        line.path("stored").asLong(),
        line.path("set_aside").asLong(),
        line.path("waiting").asLong());
  }
}
