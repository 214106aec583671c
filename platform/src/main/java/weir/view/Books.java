package weir.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import weir.log.EventLog;
import weir.log.Groups;
import weir.log.Partition;
import weir.log.Tally;
import weir.log.Topic;
import weir.log.Topics;

/// The books: for every family and in total, accepted = stored + set aside + waiting.
///
/// Nothing here is counted in memory. The figures come from the log's own offsets and from the
/// notes that each stage commits together with its offset, so they are exact after any crash.
/// Reading goes against the stream, so that an event on its way is never counted twice. Safe for
/// many threads.
public final class Books {

  /// One family's line.
  ///
  /// @param waiting accepted, and neither stored nor set aside yet
  public record Line(String family, long accepted, long stored, long setAside, long waiting) {}

  /// The whole page.
  ///
  /// @param unread accepted messages that no stage has looked at, so their family is not known;
  /// part
  ///     of the total only
  /// @param findings each place where two independent counts differ; empty when the books balance
  public record Sheet(List<Line> families, Line total, long unread, List<String> findings) {

    public Sheet {
      families = List.copyOf(families);
      findings = List.copyOf(findings);
    }

    public boolean balanced() {
      return findings.isEmpty();
    }
  }

  private final EventLog log;
  private final Topics topics;

  public Books(EventLog log, Topics topics) {
    this.log = log;
    this.topics = topics;
  }

  /// Adds everything up.
  public Sheet sheet() {
    Stage series = stage(Groups.SERIES, topics.enriched());
    long enrichedEnd = end(topics.enriched());
    Stage retry = stage(Groups.RETRY, topics.retry());
    long retryEnd = end(topics.retry());
    Stage pipeline = stage(Groups.PIPELINE, topics.raw());
    long rawEnd = end(topics.raw());

    List<Line> lines = new ArrayList<>();
    for (String family : families(pipeline.tally(), series.tally())) {
      lines.add(line(family, pipeline.tally(), series.tally()));
    }
    long unread = rawEnd - pipeline.offset();
    long waitingInRetry = retryEnd - retry.offset();
    List<String> findings = new ArrayList<>();
    checkPipeline(pipeline, findings);
    checkSeries(pipeline, series, enrichedEnd, findings);
    return new Sheet(lines, total(lines, unread, waitingInRetry), unread, findings);
  }

  private static Line line(String family, Tally pipeline, Tally series) {
    long accepted = pipeline.get("in." + family);
    long stored = series.get("stored." + family);
    long again = pipeline.get("again." + family) - pipeline.get("retry." + family);
    long setAside =
        pipeline.get("aside." + family) + series.get("aside." + family) - Math.max(0, again);
    return new Line(family, accepted, stored, setAside, accepted - stored - setAside);
  }

  private static Line total(List<Line> lines, long unread, long waitingInRetry) {
    long accepted = unread;
    long stored = 0;
    long setAside = 0;
    long waiting = unread;
    for (Line line : lines) {
      accepted += line.accepted();
      stored += line.stored();
      setAside += line.setAside();
      waiting += line.waiting();
    }
    return new Line("total", accepted, stored, setAside, Math.max(waiting, waitingInRetry));
  }

  private static void checkPipeline(Stage pipeline, List<String> findings) {
    long read = pipeline.sum("in.") + pipeline.sum("again.");
    // Repeats are messages that the retry relay brought twice, and that were skipped.
    long passed = read + pipeline.sum("repeat.");
    if (passed != pipeline.offset()) {
      findings.add(
          "the pipeline has passed %d raw messages and counted %d"
              .formatted(pipeline.offset(), passed));
    }
    long left = pipeline.sum("out.") + pipeline.sum("aside.") + pipeline.sum("retry.");
    if (read != left) {
      findings.add("the pipeline counted %d raw messages in and %d out".formatted(read, left));
    }
  }

  private static void checkSeries(
      Stage pipeline, Stage series, long enrichedEnd, List<String> findings) {
    long done = series.sum("stored.") + series.sum("aside.");
    if (done + series.sum("repeat.") != series.offset()) {
      findings.add(
          "the series writer has passed %d enriched messages and counted %d"
              .formatted(series.offset(), done + series.sum("repeat.")));
    }
    long onTheWay = pipeline.sum("out.") - done;
    if (onTheWay > enrichedEnd - series.offset() && enrichedEnd >= pipeline.sum("out.")) {
      findings.add(
          "%d enriched messages are neither stored nor waiting"
              .formatted(onTheWay - (enrichedEnd - series.offset())));
    }
  }

  private static Set<String> families(Tally pipeline, Tally series) {
    Set<String> families = new TreeSet<>();
    for (Tally tally : List.of(pipeline, series)) {
      tally
          .counts()
          .keySet()
          .forEach(
              name -> {
                int dot = name.indexOf('.');
                if (dot > 0) {
                  families.add(name.substring(dot + 1));
                }
              });
    }
    return families;
  }

  /// What a group has done with a topic: the sum of its offsets and of its notes.
  private record Stage(long offset, Tally tally) {

    long sum(String prefix) {
      long sum = 0;
      for (Map.Entry<String, Long> count : tally.counts().entrySet()) {
        if (count.getKey().startsWith(prefix)) {
          sum += count.getValue();
        }
      }
      return sum;
    }
  }

  private Stage stage(String group, Topic topic) {
    long offset = 0;
    Tally tally = new Tally();
    Map<Partition, EventLog.Committed> committed = new TreeMap<>(log.committed(group));
    for (Map.Entry<Partition, EventLog.Committed> entry : committed.entrySet()) {
      if (entry.getKey().topic().equals(topic)) {
        offset += entry.getValue().offset();
        tally.add(Tally.parse(entry.getValue().note()));
      }
    }
    return new Stage(offset, tally);
  }

  private long end(Topic topic) {
    return log.ranges(Set.of(topic)).values().stream().mapToLong(EventLog.OffsetRange::end).sum();
  }
}
