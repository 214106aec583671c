package weir.trace;

import java.net.URI;

/// Which messages are followed, and who is told.
///
/// @param endpoint where an OpenTelemetry collector takes traces over HTTP, such as
///     `http://127.0.0.1:4318/v1/traces`; empty follows nothing
/// @param sampleRate share of the messages without a `traceparent` that are followed; those that
///     have one are followed when its sender says so
/// @param serviceName what the collector calls this process
public record TraceSettings(String endpoint, double sampleRate, String serviceName) {

  public TraceSettings {
    if (!endpoint.isEmpty() && !isHttp(endpoint)) {
      throw new IllegalArgumentException("endpoint must be an http or https address");
    }
    if (!(sampleRate >= 0 && sampleRate <= 1)) {
      throw new IllegalArgumentException("sample-rate must be 0 to 1");
    }
    if (serviceName.isBlank()) {
      throw new IllegalArgumentException("service-name must not be empty");
    }
  }

  private static boolean isHttp(String endpoint) {
    URI address = URI.create(endpoint);
    return address.getHost() != null
        && ("http".equals(address.getScheme()) || "https".equals(address.getScheme()));
  }

  public static TraceSettings defaults() {
    return new TraceSettings("", 0.01, "weir");
  }

  boolean isOn() {
    return !endpoint.isEmpty();
  }
}
