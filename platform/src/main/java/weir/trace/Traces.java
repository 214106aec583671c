package weir.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Follows single messages from the door to the applications, and tells a collector. What a step
/// goes on from travels with the message as a W3C `traceparent`; a message without one is followed
/// as often as is set.
///
/// Safe for use by many threads. Telling happens on a thread of its own; when the collector is slow
/// or away, steps are dropped, and nothing else waits. Switched off it does nothing.
public final class Traces implements AutoCloseable {

  /// What a step does, as OpenTelemetry has it.
  public enum Kind {
    /// Takes a message from outside.
    ACCEPT(SpanKind.SERVER),
    /// Works on one from the log.
    PROCESS(SpanKind.CONSUMER),
    /// Asks somebody outside.
    CALL(SpanKind.CLIENT);

    private final SpanKind span;

    Kind(SpanKind span) {
      this.span = span;
    }
  }

  private static final String TRACEPARENT = "traceparent";
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);
  private static final TextMapGetter<String> PARENT = new ParentGetter();

  private final @Nullable SdkTracerProvider provider;
  private final @Nullable Tracer tracer;

  private Traces(@Nullable SdkTracerProvider provider) {
    this.provider = provider;
    this.tracer = provider == null ? null : provider.get("weir");
  }

  /// Follows nothing.
  public static Traces off() {
    return new Traces(null);
  }

  public static Traces of(TraceSettings settings) {
    return settings.isOn()
        ? to(OtlpHttpSpanExporter.builder().setEndpoint(settings.endpoint()).build(), settings)
        : off();
  }

  /// Tells somebody else than the endpoint that is set.
  public static Traces to(SpanExporter receiver, TraceSettings settings) {
    return new Traces(
        SdkTracerProvider.builder()
            .setResource(Resource.builder().put("service.name", settings.serviceName()).build())
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.sampleRate())))
            .addSpanProcessor(BatchSpanProcessor.builder(receiver).build())
            .build());
  }

  public boolean isOn() {
    return tracer != null;
  }

  /// Begins a step now; null when the message is not followed.
  ///
  /// @param parent the `traceparent` that came with the message, whatever it holds
  public @Nullable Step begin(Kind kind, String name, @Nullable String parent) {
    return begin(kind, name, parent, System.nanoTime());
  }

  /// As [#begin(Kind, String, String)], for a step that began earlier.
  ///
  /// @param beganNanos by [System#nanoTime]
  public @Nullable Step begin(Kind kind, String name, @Nullable String parent, long beganNanos) {
    Tracer there = tracer;
    if (there == null) {
      return null;
    }
    SpanBuilder builder = there.spanBuilder(name).setSpanKind(kind.span);
    builder =
        parent == null
            ? builder.setNoParent()
            : builder.setParent(
                W3CTraceContextPropagator.getInstance().extract(Context.root(), parent, PARENT));
    long began = Clock.getDefault().now() - (System.nanoTime() - beganNanos);
    Span span = builder.setStartTimestamp(began, TimeUnit.NANOSECONDS).startSpan();
    return span.getSpanContext().isSampled() ? new Step(span) : null;
  }

  /// Reads the one header that a text is.
  private static final class ParentGetter implements TextMapGetter<String> {

    @Override
    public Iterable<String> keys(String parent) {
      return List.of(TRACEPARENT);
    }

    @Override
    public @Nullable String get(@Nullable String parent, String key) {
      return key.equals(TRACEPARENT) ? parent : null;
    }
  }

  /// Tells what is not told yet, for three seconds at most.
  @Override
  public void close() {
    if (provider != null) {
      var _ = provider.shutdown().join(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
