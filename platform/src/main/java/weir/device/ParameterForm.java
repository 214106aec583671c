package weir.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.device.DecodingParameter.ByteOrder;
import weir.device.DecodingParameter.Encoding;
import weir.device.DecodingParameter.Signedness;

/// A decoding parameter as JSON: how it is shown, and how it is checked when it comes in.
final class ParameterForm {

  private static final int NAME_MAX = 64;

  private final Form form;
  private final DecodingParameter parameter;

  /// Reads a parameter; its id, times and version are given, whatever the form says of them.
  ParameterForm(ObjectNode node, long id, Instant created, Instant now, long version) {
    form = new Form(node);
    form.ignore("id", "created_at", "updated_at", "version");
    parameter =
        new DecodingParameter(
            id,
            device(),
            form.text("mode", NAME_MAX),
            form.text("component_type", NAME_MAX),
            form.textOrNull("component_id", 32),
            encoding(),
            form.text("unit", 32, ""),
            form.number("scale", 1),
            width(),
            form.flag("signed", false) ? Signedness.SIGNED : Signedness.UNSIGNED,
            byteOrder(),
            or(form.integerOrNull("byte_offset", 0, 1024), 0),
            form.integerOrNull("decimals", 0, 15),
            created,
            now,
            version);
  }

  /// In lower case, as the topics of controllers are read.
  private DeviceId device() {
    String text = form.text("device", DeviceId.LENGTH_MAX).toLowerCase(Locale.ROOT);
    Optional<DeviceId> id = DeviceId.parse(text);
    if (id.isEmpty() && !text.isEmpty()) {
      form.reject("device", "must be 1 to 128 characters of [A-Za-z0-9._:-]");
    }
    return id.orElse(new DeviceId("invalid"));
  }

  private Encoding encoding() {
    String text = form.text("encoding", 32);
    Optional<Encoding> encoding = Encoding.parse(text);
    if (encoding.isEmpty() && !text.isEmpty()) {
      form.reject("encoding", "must be boolean, boolean_map, hex_to_float or raw_string");
    }
    return encoding.orElse(Encoding.RAW_STRING);
  }

  private @Nullable Integer width() {
    Integer bits = form.integerOrNull("width_bits", 8, 64);
    if (bits != null && bits % 8 != 0) {
      form.reject("width_bits", "must be a multiple of 8");
    }
    return bits;
  }

  private ByteOrder byteOrder() {
    String text = form.text("byte_order", 16, "big");
    if (!text.equals("big") && !text.equals("little")) {
      form.reject("byte_order", "must be big or little");
    }
    return text.equals("little") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
  }

  private static int or(@Nullable Integer value, int otherwise) {
    return value == null ? otherwise : value;
  }

  /// Only to be used when there are no errors.
  DecodingParameter parameter() {
    return parameter;
  }

  List<FieldError> errors() {
    return form.errors();
  }

  static ObjectNode json(DecodingParameter parameter) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("id", parameter.id());
    node.put("device", parameter.device().value());
    node.put("mode", parameter.mode());
    node.put("component_type", parameter.componentType());
    node.put("component_id", parameter.componentId());
    node.put("encoding", parameter.encoding().text());
    node.put("unit", parameter.unit());
    node.put("scale", parameter.scale());
    node.put("width_bits", parameter.widthBits());
    node.put("signed", parameter.signedness() == Signedness.SIGNED);
    node.put("byte_order", parameter.byteOrder() == ByteOrder.BIG_ENDIAN ? "big" : "little");
    node.put("byte_offset", parameter.byteOffset());
    node.put("decimals", parameter.decimals());
    node.put("created_at", parameter.createdAt().toString());
    node.put("updated_at", parameter.updatedAt().toString());
    node.put("version", parameter.version());
    return node;
  }
}
