package weir.app;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/// `GET /metrics` in the form that Prometheus reads. The parts count for themselves; this asks
/// them.
final class Meters implements HttpService, AutoCloseable {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collector = new JvmGcMetrics();

  /// Counters hold what they ask weakly; this keeps it.
  private final List<LongSupplier> sources = new ArrayList<>();

  Meters() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    collector.bindTo(registry);
  }

  /// A number that only grows, such as `weir.accepted`.
  void counter(String name, String help, LongSupplier value, String... tags) {
    sources.add(value);
    FunctionCounter.builder(name, value, LongSupplier::getAsLong)
        .description(help)
        .tags(tags)
        .register(registry);
  }

  /// A number that goes up and down.
  <T> void gauge(String name, String help, T source, ToDoubleFunction<T> value, String... tags) {
    Gauge.builder(name, source, value)
        .description(help)
        .tags(tags)
        .strongReference(true)
        .register(registry);
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
