package weir.pipeline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import weir.device.DeviceType;
import weir.device.Directory;
import weir.event.Event;

/// Adds what the registry knows to an event. The blocks of a device type are written once and
/// spliced in as bytes; they are made again when the registry or the applications have
/// changed. Owned by one thread.
final class Enricher {

  static final String SERVICE = "iot-enrichment-service";
  static final String VERSION = "1.0.0";

  /// A telemetry message is complete with this share of the measurements of its type.
  private static final double COMPLETE_SHARE = 0.7;

  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] QUALITY =
      ascii("\",\"app_registry_integration\":true},\"data_quality\":{\"timestamp_valid\":");

  /// The blocks of one type: up to the time, and from the detected type on.
  @SuppressWarnings("ArrayRecordComponent") // Private bytes, never compared.
  private record Blocks(byte[] untilTime, byte[] afterTime, Set<String> measurements) {}

  private final Directory directory;
  private final Applications applications;
  private final Map<String, Blocks> blocksByType = new HashMap<>();
  private final JsonBytes out = new JsonBytes();
  private long directoryGeneration = -1;
  private long applicationsGeneration = -1;
  private byte[] now = new byte[0];

  Enricher(Directory directory, Applications applications) {
    this.directory = directory;
    this.applications = applications;
  }

  /// Starts a batch: looks for changes and takes the time that its events are stamped with.
  void start(Instant time) {
    long directoryNow = directory.generation();
    long applicationsNow = applications.generation();
    if (directoryNow != directoryGeneration || applicationsNow != applicationsGeneration) {
      blocksByType.clear();
      directoryGeneration = directoryNow;
      applicationsGeneration = applicationsNow;
    }
    out.clear();
    Timestamps.write(Timestamps.micros(time), out);
    now = out.toArray();
  }

  /// The enriched event: its own JSON without the closing brace, then the blocks.
  byte[] enrich(Outcome.Decoded decoded) {
    Event event = decoded.event();
    Blocks blocks = blocksByType.computeIfAbsent(event.type(), this::blocks);
    byte[] json = event.json();
    out.clear().put(json, 0, json.length - 1);
    out.put(blocks.untilTime).put(now).put(blocks.afterTime);
    out.plain(decoded.detectedType()).put(QUALITY);
    out.plain(decoded.timeValid() ? "true" : "false").plain(",\"measurements_complete\":");
    out.plain(isComplete(decoded, blocks.measurements) ? "true" : "false");
    return out.plain(",\"enrichment_success\":true}}").toArray();
  }

  private static boolean isComplete(Outcome.Decoded decoded, Set<String> measurements) {
    Event event = decoded.event();
    if (event.kind().equals("trends")) {
      return decoded.complete();
    }
    if (!event.kind().equals("telemetry") || measurements.isEmpty()) {
      return true;
    }
    int there = 0;
    for (String name : measurements) {
      there += hasMetric(event, name) ? 1 : 0;
    }
    return there >= measurements.size() * COMPLETE_SHARE;
  }

  private static boolean hasMetric(Event event, String name) {
    for (int i = 0; i < event.readings().size(); i++) {
      String metric = event.readings().get(i).metric();
      if (metric.startsWith(name)
          && (metric.length() == name.length() || metric.charAt(name.length()) == '.')) {
        return true;
      }
    }
    return false;
  }

  private Blocks blocks(String typeName) {
    Optional<DeviceType> type = directory.type(typeName);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      TypeBlocks.writeMetadata(json, typeName, type);
      TypeBlocks.writeMeasurements(json, type);
      TypeBlocks.writeApplications(json, typeName, applications.ofType(typeName));
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // The braces around the blocks are those of the event.
    String inner = bytes.toString(StandardCharsets.UTF_8);
    String untilTime =
        "," + inner.substring(1, inner.length() - 1) + ",\"enrichment_info\":{\"enriched_at\":\"";
    String afterTime =
        "\",\"enrichment_service\":\""
            + SERVICE
            + "\",\"enrichment_version\":\""
            + VERSION
            + "\",\"device_type_detected\":\"";
    return new Blocks(
        untilTime.getBytes(StandardCharsets.UTF_8),
        ascii(afterTime),
        type.map(known -> known.measurements().keySet()).orElse(Set.of()));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
