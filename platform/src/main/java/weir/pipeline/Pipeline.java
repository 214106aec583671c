package weir.pipeline;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import weir.device.Directory;
import weir.log.EventLog;
import weir.log.Groups;
import weir.meter.BatchMeter;
import weir.trace.Traces;

/// Reads raw messages, decodes and enriches them, and writes them to the enriched topics; what
/// cannot be used goes to the dead letters, what waits for a reference to the retry topic.
///
/// Each of its threads owns a share of the raw partitions; a further thread brings messages
/// back from the retry topic. Decoding keeps a processor busy, so these are platform threads.
public final class Pipeline implements AutoCloseable {

  private final EventLog log;
  private final PipelineTopics topics;
  private final Dialects dialects;
  private final Directory directory;
  private final Applications applications;
  private final PipelineSettings settings;
  private final InstantSource clock;
  private final Traces traces;
  private final PipelineCounts counts;
  private final NewTypes newTypes;
  private final PipelineTopics.OfTypes typeTopics;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final List<Thread> threads = new ArrayList<>();

  public Pipeline(
      EventLog log,
      PipelineTopics topics,
      Dialects dialects,
      Directory directory,
      Applications applications,
      PipelineSettings settings,
      InstantSource clock,
      Traces traces) {
    this.log = log;
    this.topics = topics;
    this.dialects = dialects;
    this.directory = directory;
    this.applications = applications;
    this.settings = settings;
    this.clock = clock;
    this.traces = traces;
    this.counts = new PipelineCounts(clock);
    this.newTypes = new NewTypes(directory, settings);
    this.typeTopics = new PipelineTopics.OfTypes(log, topics);
  }

  /// Starts the threads. The topics must exist.
  public void start() {
    for (int i = 1; i <= settings.threads(); i++) {
      launch("pipeline-" + i, worker());
    }
    launch("retry-relay", relay());
  }

  RetryRelay relay() {
    return new RetryRelay(log, topics.names(), counts, clock, closing);
  }

  private void launch(String name, Runnable loop) {
    threads.add(Thread.ofPlatform().name(name).start(loop));
  }

  Worker worker() {
    Entries entries = new Entries(topics.names(), typeTopics, clock);
    Batches batches =
        new Batches(
            new Decoding(dialects, directory, settings, newTypes),
            new Enricher(directory, applications),
            directory,
            entries,
            new Failures(clock, settings.failuresPerMinuteMax()),
            clock,
            traces);
    return new Worker(
        log,
        log.join(Groups.PIPELINE, Set.of(topics.names().raw())),
        batches,
        entries,
        counts,
        new Worker.Timing(clock, settings.commitInterval(), closing));
  }

  public PipelineHealth health() {
    return counts.health(newTypes.count());
  }

  /// How many messages wait to be tried again, once the first of them is due.
  public int retriesOverdue() {
    return counts.retriesOverdue();
  }

  /// Batches from the moment they were read until the log had them.
  public BatchMeter batches() {
    return counts.batches;
  }

  /// Goes on after a stop for too many unexpected errors.
  public void resume() {
    counts.resume();
  }

  /// Lets what is on its way arrive, commits it and ends the threads.
  @Override
  public void close() {
    closing.countDown();
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
