package weir.device.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import weir.device.Device;
import weir.device.DeviceId;
import weir.device.DeviceType;
import weir.device.command.CommandType.Kind;
import weir.device.command.CommandType.Parameter;

/// Which commands the devices of a type know, and how they are published.
///
/// Every type but the controllers' knows `ping`. The built-in ones know more; others name theirs in
/// the metadata of the type: `{"commands": {"open": {"angle": "number"}}}`.
public final class CommandBook {

  private static final Set<String> ENERGY =
      Set.of(
          "hvac",
          "lighting",
          "server",
          "sensor",
          "meter",
          "gateway",
          "appliance",
          "industrial",
          "controller",
          "energy_device");
  private static final Set<String> APPLIANCES =
      Set.of(
          "Refrigerator", "Television", "AirConditioner", "WashingMachine", "AirPurifier", "Oven");
  private static final double KILOWATTS_LEAST = 0.1;
  private static final double KILOWATTS_MOST = 1_000;
  private static final double SECONDS_MOST = 3_600;
  private static final CommandType PING = new CommandType("ping", List.of());
  private static final Parameter NUMBER = Parameter.integer("number", false, 1, 2);
  private static final Parameter CONNECTOR = Parameter.text("connector");
  private static final List<CommandType> ENERGY_COMMANDS =
      List.of(
          new CommandType(
              "set_power", List.of(Parameter.number("power", KILOWATTS_LEAST, KILOWATTS_MOST))),
          new CommandType("set_enabled", List.of(Parameter.flag("enabled"))),
          new CommandType("set_online", List.of(Parameter.flag("online"))));
  private static final List<CommandType> CONTROLLER_COMMANDS =
      List.of(
          new CommandType(
              "strike",
              List.of(
                  Parameter.integer("power_flag", true, 0, 2),
                  Parameter.integer("period", false, 0, SECONDS_MOST),
                  NUMBER,
                  CONNECTOR)),
          new CommandType(
              "siren", List.of(Parameter.integer("power_flag", true, 0, 1), NUMBER, CONNECTOR)));

  private CommandBook() {}

  /// The commands of a type, by the order in which they are shown.
  public static List<CommandType> of(DeviceType type) {
    List<CommandType> all = new ArrayList<>();
    if (ENERGY.contains(type.name())) {
      all.addAll(ENERGY_COMMANDS);
    } else if (type.name().equals(DeviceType.F2_CONTROLLER)) {
      return CONTROLLER_COMMANDS;
    }
    if (type.metadata().get("commands") instanceof Map<?, ?> declared) {
      declared.forEach((name, parameters) -> all.add(declared(name, parameters)));
    }
    all.add(PING);
    return List.copyOf(all);
  }

  private static CommandType declared(Object name, Object parameters) {
    List<Parameter> all = new ArrayList<>();
    if (parameters instanceof Map<?, ?> kinds) {
      kinds.forEach(
          (parameter, kind) ->
              all.add(new Parameter(parameter.toString(), kind(kind), true, null, null)));
    }
    return new CommandType(name.toString(), all);
  }

  private static Kind kind(Object name) {
    return switch (name.toString().toLowerCase(Locale.ROOT)) {
      case "number" -> Kind.NUMBER;
      case "integer" -> Kind.INTEGER;
      case "boolean" -> Kind.BOOLEAN;
      default -> Kind.TEXT;
    };
  }

  static Optional<CommandType> find(DeviceType type, String name) {
    return of(type).stream().filter(one -> one.name().equals(name)).findFirst();
  }

  /// Where commands for a device are published.
  static String topic(Device device, String name, ObjectNode parameters) {
    DeviceId id = device.id();
    if (device.type().equals(DeviceType.F2_CONTROLLER)) {
      String mode = name.equals("siren") ? "alarm-mode" : "access-control-mode";
      String connector = parameters.path("connector").asText("J1");
      int number = parameters.path("number").asInt(1);
      return "cmnd/%s/%s/%s/%s-%d".formatted(id, mode, connector, name, number);
    }
    if (ENERGY.contains(device.type())) {
      return "energy/devices/" + id + "/commands";
    }
    return APPLIANCES.contains(device.type())
        ? "iot/commands/" + device.type() + "/" + id
        : "iot/" + id + "/commands";
  }

  /// What is published: for controllers in their own form, for all others a command with
  /// parameters.
  static ObjectNode payload(Command command, Instant now) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("command_id", command.id());
    node.put("timestamp", now.toString());
    if (command.topic().startsWith("cmnd/")) {
      node.put("power-flag", command.parameters().path("power_flag").asInt());
      if (command.parameters().has("period")) {
        node.put("period", command.parameters().path("period").asInt());
      }
    } else {
      node.put("command", command.name());
      node.set("parameters", command.parameters());
    }
    return node;
  }
}
