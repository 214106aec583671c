package weir.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A device as JSON: how it is shown, and how it is checked when it comes in.
final class DeviceForm {

  private static final int TEXT_MAX = 255;
  private static final int DESCRIPTION_MAX = 1000;

  private static final int FIRMWARE_MAX = 50;

  /// In kilowatts.
  private static final double POWER_LEAST = 0.1;

  private static final double POWER_MOST = 1000;

  /// In volts: a sensor runs on 12, a factory on 480.
  private static final double VOLTAGE_LEAST = 1;

  private static final double VOLTAGE_MOST = 1000;

  private final Form form;
  private final Device device;

  /// Reads a device; its times and version are given, whatever the form says of them.
  DeviceForm(ObjectNode node, Predicate<String> types, Instant created, Instant now, long version) {
    form = new Form(node);
    form.ignore("created_at", "updated_at", "version", "status");
    String id = form.text("id", DeviceId.LENGTH_MAX);
    Optional<DeviceId> valid = DeviceId.parse(id);
    if (valid.isEmpty() && !id.isEmpty()) {
      form.reject("id", "must be 1 to 128 characters of [A-Za-z0-9._:-]");
    }
    String type = form.text("type", 64);
    if (type.equals(DeviceType.F2_CONTROLLER) && !id.equals(id.toLowerCase(Locale.ROOT))) {
      form.reject("id", "must be in lower case: so the topics of an F2 controller are read");
    }
    if (!type.isEmpty() && !types.test(type)) {
      form.reject("type", "is not a registered device type");
    }
    device =
        new Device(
            valid.orElse(new DeviceId("invalid")),
            type,
            form.text("name", TEXT_MAX, id),
            form.textOrNull("model", TEXT_MAX),
            form.textOrNull("location", TEXT_MAX),
            form.textOrNull("description", DESCRIPTION_MAX),
            form.textOrNull("owner", DeviceId.LENGTH_MAX),
            form.flag("enabled", true),
            form.textOrNull("firmware_version", FIRMWARE_MAX),
            within("base_power", POWER_LEAST, POWER_MOST),
            within("base_voltage", VOLTAGE_LEAST, VOLTAGE_MOST),
            form.map("metadata"),
            created,
            now,
            version);
  }

  private @Nullable Double within(String field, double least, double most) {
    if (form.value(field) == null) {
      return null;
    }
    double value = form.number(field, least);
    if (value < least || value > most) {
      form.reject(field, "must be " + least + " to " + most);
    }
    return value;
  }

  /// Only to be used when there are no errors.
  Device device() {
    return device;
  }

  List<FieldError> errors() {
    return form.errors();
  }

  static ObjectNode json(Device device) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("id", device.id().value());
    node.put("type", device.type());
    node.put("name", device.name());
    node.put("model", device.model());
    node.put("location", device.location());
    node.put("description", device.description());
    node.put("owner", device.owner());
    node.put("enabled", device.enabled());
    node.put("firmware_version", device.firmwareVersion());
    node.put("base_power", device.basePower());
    node.put("base_voltage", device.baseVoltage());
    node.set("metadata", Json.MAPPER.valueToTree(device.metadata()));
    node.put("created_at", device.createdAt().toString());
    node.put("updated_at", device.updatedAt().toString());
    node.put("version", device.version());
    return node;
  }
}
