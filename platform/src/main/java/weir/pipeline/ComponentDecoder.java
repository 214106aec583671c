package weir.pipeline;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.device.DecodingParameter;
import weir.device.DeviceId;
import weir.device.Directory;
import weir.event.RawMessage;
import weir.event.Reading;
import weir.event.Rejection.Reason;

/// Decodes what one component of a controller says. The topic names connector mode, connector
/// and component; how the value is written is in the device's decoding parameters. Owned by
/// one thread.
///
/// A component's name is whole up to a last hyphen that is followed by digits alone:
/// `motion-sensor-1` is number 1 of `motion-sensor`, and `door-sensors` has no number.
final class ComponentDecoder {

  static final List<String> TOPIC_FIELDS = List.of("device_id", "mode", "connector", "component");

  private static final int NAME_MAX = 48;

  private final Directory directory;
  private Component component = new Component("", "", "", null, "");
  private ComponentValue value = new ComponentValue.Truth(false);
  private String unit = "";

  ComponentDecoder(Directory directory) {
    this.directory = directory;
  }

  /// Which component spoke.
  record Component(
      String mode, String connector, String type, @Nullable String number, String name) {

    static Component of(Route route) throws RejectedException {
      String name = level(route, "component");
      int hyphen = name.lastIndexOf('-');
      boolean numbered = hyphen > 0 && isDigits(name, hyphen + 1);
      return new Component(
          level(route, "mode"),
          level(route, "connector"),
          numbered ? name.substring(0, hyphen) : name,
          numbered ? name.substring(hyphen + 1) : null,
          name);
    }

    private static String level(Route route, String field) throws RejectedException {
      String level = route.field(field);
      if (level == null || level.length() > NAME_MAX || !DeviceId.isValid(level)) {
        throw RejectedException.invalid(
            field, "in the topic must be 1 to " + NAME_MAX + " characters of [A-Za-z0-9._:-]");
      }
      return level;
    }

    private static boolean isDigits(String text, int from) {
      return from < text.length() && text.chars().skip(from).allMatch(c -> c >= '0' && c <= '9');
    }

    /// The metric of its value; the connector is part of it, as two may carry the same
    /// component.
    String metric() {
      return connector + "." + name;
    }
  }

  /// @param draft every field of the message
  List<Reading> decode(Route route, DeviceId device, Draft draft) throws RejectedException {
    component = Component.of(route);
    DecodingParameter parameter =
        directory
            .parameter(device, component.mode, component.type, component.number)
            .orElseThrow(
                () ->
                    RejectedException.because(
                        Reason.NO_PARAMETER,
                        "no decoding parameter for " + component.mode + "/" + component.name));
    unit = parameter.unit();
    value = Encodings.decode(parameter, draft);
    return readings();
  }

  private List<Reading> readings() {
    String metric = component.metric();
    return switch (value) {
      case ComponentValue.Truth(boolean truth) ->
          List.of(new Reading.Numeric(metric, truth ? 1 : 0, unit));
      case ComponentValue.Amount(double number) ->
          List.of(new Reading.Numeric(metric, number, unit));
      case ComponentValue.Text(String text) -> List.of(new Reading.Textual(metric, text, unit));
      case ComponentValue.Truths(var truths) -> {
        List<Reading> readings = new ArrayList<>();
        truths.forEach(
            (name, truth) ->
                readings.add(new Reading.Numeric(metric + "." + name, truth ? 1 : 0, unit)));
        yield List.copyOf(readings);
      }
    };
  }

  /// Writes the message just decoded.
  void write(RawMessage message, long timeMicros, JsonBytes out) {
    out.plain(",\"timestamp_epoch\":");
    out.plain(Long.toString(Math.floorDiv(timeMicros, 1_000_000L))).put('.');
    String micros = Long.toString(1_000_000L + Math.floorMod(timeMicros, 1_000_000L));
    out.plain(micros.substring(1));
    out.plain(",\"connector_mode\":").quoted(component.mode);
    out.plain(",\"connector\":").quoted(component.connector);
    out.plain(",\"component_type\":").quoted(component.type);
    out.plain(",\"component_id\":");
    if (component.number == null) {
      out.plain("null");
    } else {
      out.quoted(component.number);
    }
    out.plain(",\"value\":");
    value.write(out);
    out.plain(",\"unit\":").quoted(unit);
    out.plain(",\"original_topic\":").quoted(message.path());
    out.plain(",\"raw_data\":").put(message.payload());
  }
}
