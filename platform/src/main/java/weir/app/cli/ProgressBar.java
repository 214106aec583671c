package weir.app.cli;

import java.io.PrintStream;
import java.util.Locale;

/// One line of a terminal that shows how far a long job is, and how fast.
final class ProgressBar {

  private static final int WIDTH = 30;

  private final PrintStream out;
  private final String what;
  private final long total;
  private final long startNanos = System.nanoTime();

  ProgressBar(PrintStream out, String what, long total) {
    this.out = out;
    this.what = what;
    this.total = total;
  }

  /// Draws it anew, over what was drawn before.
  void show(long done) {
    int filled = (int) (WIDTH * done / total);
    double seconds = Math.max(1e-3, (System.nanoTime() - startNanos) / 1e9);
    out.printf(
        Locale.ROOT,
        "\r[%s%s] %3d %%  %,d of %,d %s  %,.0f/s ",
        "#".repeat(filled),
        ".".repeat(WIDTH - filled),
        100 * done / total,
        done,
        total,
        what,
        done / seconds);
    out.flush();
  }

  void end() {
    out.println();
  }
}
