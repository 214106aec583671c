package weir.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The running platform on one screen. Exit code 1 when a part is not well or the books do not
/// balance. Needs no token: it reads `/health` and `/metrics`.
@Command(
    name = "status",
    description = "Show the running platform on one screen; exit 1 when something is wrong.")
final class StatusCommand implements Callable<Integer> {

  private static final Duration WATCHED = Duration.ofSeconds(2);
  private static final double SECONDS_A_DAY = Duration.ofDays(1).toSeconds();
  private static final double GIGABYTE = 1e9;

  private final PrintWriter out;
  @Mixin private final Remote remote = new Remote();

  @Option(names = "--health", description = "only the parts, with what is wrong")
  private boolean healthOnly;

  StatusCommand(PrintWriter out) {
    this.out = out;
  }

  @Override
  public Integer call() {
    try (Client client = new Client(remote.address(), "")) {
      JsonNode health = client.getAnyway("/health");
      boolean well = health.path("status").asText().equals("healthy");
      out.printf("Weir at %s is %s%n%n", remote.address(), health.path("status").asText());
      printParts(health.path("parts"));
      return (healthOnly || printFigures(client)) && well ? 0 : 1;
    }
  }

  private void printParts(JsonNode parts) {
    for (Map.Entry<String, JsonNode> part : parts.properties()) {
      JsonNode state = part.getValue();
      String latency =
          state.has("latency_ms") ? "%.1f ms".formatted(state.path("latency_ms").asDouble()) : "";
      String trouble =
          state.has("error")
              ? state.path("error").asText()
              : state.has("last_error") ? "was: " + state.path("last_error").asText() : "";
      out.printf(
          "%-16s %-10s %10s  %s%n", part.getKey(), state.path("status").asText(), latency, trouble);
    }
  }

  /// The figures; whether the books balance.
  private boolean printFigures(Client client) {
    long began = System.nanoTime();
    Exposition before = Exposition.parse(client.text("/metrics"));
    LockSupport.parkNanos(WATCHED.toNanos());
    Exposition now = Exposition.parse(client.text("/metrics"));
    double seconds = (System.nanoTime() - began) / 1e9;
    out.println();
    line(
        "a second",
        rate("accepted", "weir_accepted_total", before, now, seconds),
        rate("stored", "weir_stored_total", before, now, seconds),
        rate("sent", "weir_deliveries_total", before, now, seconds),
        rate("set aside", "weir_set_aside_total", before, now, seconds));
    Map<String, String> lags = new LinkedHashMap<>();
    now.by("weir_lag_messages", "group")
        .forEach((group, waits) -> lags.put(group, count(group.replace("weir-", ""), waits)));
    line("lag", lags.values().toArray(new String[0]));
    boolean balanced = printBooks(now);
    printRest(now);
    return balanced;
  }

  private boolean printBooks(Exposition now) {
    boolean known = !now.by("weir_books_findings", "").isEmpty();
    boolean balanced = now.sum("weir_books_findings") == 0;
    String verdict = balanced ? "they balance" : "they do NOT balance; run ./weir audit";
    double unread = now.sum("weir_books_unread");
    line(
        "books",
        count("accepted", now.sum("weir_family_accepted_total") + unread),
        count("stored", now.sum("weir_family_stored_total")),
        count("set aside", now.sum("weir_family_set_aside")),
        count("waiting", now.sum("weir_family_waiting") + unread),
        known ? verdict : "not known yet");
    return balanced;
  }

  private void printRest(Exposition now) {
    List<String> presence = new ArrayList<>();
    now.by("weir_devices", "state").forEach((state, number) -> presence.add(count(state, number)));
    presence.add(count("connections", now.sum("weir_mqtt_connections")));
    line("devices", presence.toArray(new String[0]));
    line(
        "deliveries",
        count("waiting", now.sum("weir_deliveries_waiting")),
        count("given up", now.sum("weir_deliveries_parked")),
        count("endpoints failing", now.sum("weir_endpoints_failing")));
    line(
        "disk",
        "%.2f GB kept".formatted(now.sum("weir_disk_bytes") / GIGABYTE),
        "%.1f GB free".formatted(now.sum("weir_disk_free_bytes") / GIGABYTE),
        daysLeft(now.sum("weir_disk_left_seconds") / SECONDS_A_DAY));
    double budget = now.sum("weir_disk_budget_bytes");
    if (budget > 0) {
      line(
          "disk budget",
          "%.2f of %.2f GB"
              .formatted(now.sum("weir_disk_budget_used_bytes") / GIGABYTE, budget / GIGABYTE),
          count("removed for it", now.sum("weir_disk_budget_removed_total")));
    }
  }

  private void line(String title, String... cells) {
    out.printf("%-16s %s%n", title, String.join("   ", cells));
  }

  private static String rate(
      String title, String name, Exposition before, Exposition now, double seconds) {
    double rate = (now.sum(name) - before.sum(name)) / seconds;
    return String.format(Locale.ROOT, "%s %,.1f", title, Math.max(0, rate));
  }

  private static String count(String title, double count) {
    return String.format(Locale.ROOT, "%s %,.0f", title, count);
  }

  private static String daysLeft(double days) {
    if (Double.isNaN(days)) {
      return "days left: known ten minutes after the start";
    }
    return days > 999 ? "more than 999 days left" : "%.1f days left".formatted(days);
  }
}
