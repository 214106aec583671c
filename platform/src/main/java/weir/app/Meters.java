package weir.app;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import weir.meter.Histogram;

/// `GET /metrics` in the form that Prometheus reads. The parts count for themselves; this asks
/// them. Names are as Prometheus has them, without `_total`; labels come in pairs of name and
/// value.
final class Meters implements HttpService, AutoCloseable {

  /// Names that break the conventions of Prometheus.
  private static final Set<String> UNWANTED = Set.of("system.cpu.count", "process.cpu.time");

  /// A value and its labels.
  record Sample(double value, Labels labels) {
    static Sample of(double value, String... labels) {
      return new Sample(value, Labels.of(labels));
    }

    static Sample of(long value, String... labels) {
      return of((double) value, labels);
    }
  }

  private enum Kind {
    COUNTER,
    GAUGE
  }

  private record Family(Kind kind, String help, List<Supplier<Stream<Sample>>> sources) {}

  private record Timed(Histogram histogram, Labels labels) {}

  private record Histograms(String help, List<Timed> all) {}

  private final Map<String, Family> families = new ConcurrentSkipListMap<>();
  private final Map<String, Histograms> histograms = new ConcurrentSkipListMap<>();
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collector = new JvmGcMetrics();

  Meters() {
    registry.config().meterFilter(MeterFilter.deny(Meters::isUnwanted));
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    collector.bindTo(registry);
    MultiCollector ours = this::collect;
    registry.getPrometheusRegistry().register(ours);
  }

  private static boolean isUnwanted(Meter.Id id) {
    return UNWANTED.contains(id.getName());
  }

  /// A number that only grows.
  void counter(String name, String help, LongSupplier value, String... labels) {
    add(Kind.COUNTER, name, help, () -> Stream.of(Sample.of(value.getAsLong(), labels)));
  }

  /// A number that goes up and down.
  void gauge(String name, String help, DoubleSupplier value, String... labels) {
    add(Kind.GAUGE, name, help, () -> Stream.of(Sample.of(value.getAsDouble(), labels)));
  }

  /// Numbers that only grow, of which it is not known beforehand how many there are.
  void counters(String name, String help, Supplier<Stream<Sample>> samples) {
    add(Kind.COUNTER, name, help, samples);
  }

  void gauges(String name, String help, Supplier<Stream<Sample>> samples) {
    add(Kind.GAUGE, name, help, samples);
  }

  private void add(Kind kind, String name, String help, Supplier<Stream<Sample>> source) {
    families
        .computeIfAbsent(name, any -> new Family(kind, help, new CopyOnWriteArrayList<>()))
        .sources()
        .add(source);
  }

  void histogram(String name, String help, Histogram histogram, String... labels) {
    histograms
        .computeIfAbsent(name, any -> new Histograms(help, new CopyOnWriteArrayList<>()))
        .all()
        .add(new Timed(histogram, Labels.of(labels)));
  }

  private MetricSnapshots collect() {
    List<MetricSnapshot> snapshots = new ArrayList<>();
    families.forEach((name, family) -> snapshots.add(snapshot(name, family)));
    histograms.forEach((name, family) -> snapshots.add(snapshot(name, family)));
    return new MetricSnapshots(snapshots);
  }

  private static MetricSnapshot snapshot(String name, Family family) {
    MetricMetadata metadata = new MetricMetadata(name, family.help());
    Stream<Sample> samples = family.sources().stream().flatMap(Supplier::get);
    return switch (family.kind()) {
      case COUNTER ->
          new CounterSnapshot(
              metadata,
              samples
                  .map(
                      one ->
                          new CounterSnapshot.CounterDataPointSnapshot(
                              one.value(), one.labels(), null, 0))
                  .toList());
      case GAUGE ->
          new GaugeSnapshot(
              metadata,
              samples
                  .map(
                      one ->
                          new GaugeSnapshot.GaugeDataPointSnapshot(one.value(), one.labels(), null))
                  .toList());
    };
  }

  private static MetricSnapshot snapshot(String name, Histograms family) {
    HistogramSnapshot.Builder builder = HistogramSnapshot.builder().name(name).help(family.help());
    for (Timed timed : family.all()) {
      Histogram.Snapshot now = timed.histogram().snapshot();
      builder.dataPoint(
          HistogramSnapshot.HistogramDataPointSnapshot.builder()
              .classicHistogramBuckets(ClassicHistogramBuckets.of(now.upperBounds(), now.counts()))
              .sum(now.sum())
              .labels(timed.labels())
              .build());
    }
    return builder.build();
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get(
        "/metrics",
        (request, response) -> {
          response.header(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
          response.send(registry.scrape());
        });
  }

  @Override
  public void close() {
    collector.close();
    registry.close();
  }
}
