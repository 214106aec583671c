package weir.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;

/// One step of a message that is followed, from its beginning until [#end]: an OpenTelemetry span.
/// One that is never ended is never told. Safe for use by many threads.
public final class Step {

  private final Span span;

  Step(Span span) {
    this.span = span;
  }

  /// What the next step goes on from: a W3C `traceparent`.
  public String context() {
    SpanContext context = span.getSpanContext();
    return "00-%s-%s-%s"
        .formatted(context.getTraceId(), context.getSpanId(), context.getTraceFlags().asHex());
  }

  public Step with(String key, String value) {
    var _ = span.setAttribute(key, value);
    return this;
  }

  public Step with(String key, long value) {
    var _ = span.setAttribute(key, value);
    return this;
  }

  /// Marks it as failed.
  ///
  /// @param reason words of our own
  public Step failed(String reason) {
    var _ = span.setStatus(StatusCode.ERROR, reason);
    return this;
  }

  public void end() {
    span.end();
  }
}
