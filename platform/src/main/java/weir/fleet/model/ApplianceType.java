package weir.fleet.model;

import java.util.List;

/// The six types of household appliances: their models, and which error codes each status can show.
public enum ApplianceType {
  REFRIGERATOR("Refrigerator", "ref"),
  TELEVISION("Television", "tv"),
  AIR_CONDITIONER("AirConditioner", "ac"),
  WASHING_MACHINE("WashingMachine", "wm"),
  AIR_PURIFIER("AirPurifier", "ap"),
  OVEN("Oven", "oven");

  private final String label;
  private final String prefix;

  ApplianceType(String label, String prefix) {
    this.label = label;
    this.prefix = prefix;
  }

  /// Begins the identifiers of its devices.
  public String prefix() {
    return prefix;
  }

  /// As it stands in topics and payloads.
  public String label() {
    return label;
  }

  public List<String> models() {
    return switch (this) {
      case REFRIGERATOR -> List.of("GL-T432APZY", "GL-B221ASCY", "LRFGC2706S");
      case TELEVISION -> List.of("OLED55C46LA", "43UQ7500PSF", "32LM560BPTC");
      case AIR_CONDITIONER -> List.of("LS-Q18YNZA", "MS-Q12UVXA", "TS-Q19YNZE1");
      case WASHING_MACHINE -> List.of("T70VBMB1Z", "FHB1207Z2W", "FH0B8NDL2");
      case AIR_PURIFIER -> List.of("AS60GHWG0", "AS95GDWV0", "AP551AWFA");
      case OVEN -> List.of("MJEN326SFW", "WSED7665B", "MA3884VC");
    };
  }

  /// The error codes that a status can cause; at least one for every status of the type.
  List<String> errors(String status) {
    return switch (this) {
      case REFRIGERATOR ->
          switch (status) {
            case "cooling" -> List.of("CF", "CH", "CL", "C0");
            case "defrosting" -> List.of("dH", "d5");
            default -> List.of("CO2", "C5");
          };
      case TELEVISION ->
          switch (status) {
            case "on" -> List.of("T01", "T03");
            case "standby" -> List.of("T09", "SLEEP_ERR");
            default -> List.of("SLEEP_ERR");
          };
      case AIR_CONDITIONER ->
          switch (status) {
            case "cooling" -> List.of("LOW_COOL", "HIGH_TEMP");
            case "fan_only" -> List.of("A102");
            default -> List.of("A101");
          };
      case WASHING_MACHINE ->
          switch (status) {
            case "washing" -> List.of("IE", "LE");
            case "rinsing" -> List.of("IE", "OE");
            case "spinning" -> List.of("UE", "OE");
            default -> List.of("DE");
          };
      case AIR_PURIFIER -> status.equals("off") ? List.of("SENSOR") : List.of("FILTER", "FAN");
      case OVEN -> status.equals("off") ? List.of("F9") : List.of("F3", "F5");
    };
  }
}
