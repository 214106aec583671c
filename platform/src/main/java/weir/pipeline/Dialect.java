package weir.pipeline;

import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import weir.event.Door;
import weir.event.TopicPattern;

/// One way of speaking, as declared in a file: on which topics and paths, and where in a
/// message the device, its type, the time and the measurements are.
///
/// @param file where it was declared, for messages to people
/// @param family its name, which travels with every event
/// @param owned topics that belong to a device beside those it sends on, such as its commands
/// @param required fields without which a message is refused
/// @param readingsRequired whether a message without any measurement is refused
record Dialect(
    String file,
    String family,
    Style decoder,
    List<Source> sources,
    List<TopicPattern> owned,
    ZoneId zone,
    IdCase idCase,
    Contact firstContact,
    Roles roles,
    TypeRules types,
    Map<String, Field> readings,
    Map<String, Group> groups,
    Optional<Channels> channels,
    Undeclared undeclared,
    Set<String> ignored,
    Set<String> required,
    boolean readingsRequired) {

  static final String DEVICE = "device_id";
  static final String TYPE = "device_type";

  /// The device id as this dialect spells it.
  String spelling(String deviceId) {
    return idCase == IdCase.LOWER ? deviceId.toLowerCase(Locale.ROOT) : deviceId;
  }

  /// The decoder that reads its messages.
  enum Style {
    /// Fields of a JSON object, as declared.
    FIELDS,
    /// One component of a controller, named by the topic and read by its decoding parameter.
    COMPONENT
  }

  /// What is done with the letters of a device id.
  enum IdCase {
    KEEP,
    LOWER
  }

  /// What is done with a device that is not registered.
  enum Contact {
    /// As the platform's setting says.
    AS_SET,
    REGISTER,
    SET_ASIDE
  }

  /// What is done with top-level numbers and truths that are not declared. Nothing is ever
  /// dropped: all fields stay in the event's JSON.
  enum Undeclared {
    JSON_ONLY,
    READINGS
  }

  /// A topic pattern or HTTP path, and the kind of the messages on it.
  record Source(Door door, TopicPattern pattern, String kind) {}

  /// Which fields say who, what and when; a `/` in a name goes one level down.
  record Roles(String device, String type, String kind, String time, String model) {}

  /// How a declared measurement is read.
  record Field(String metric, String unit, Form form) {}

  /// What a declared measurement must be. A number may be written as a text, and a truth
  /// counts as 1 or 0; a number is accepted as a text.
  enum Form {
    NUMBER,
    TEXT,
    TRUTH
  }

  /// An object whose values are all measurements, each named by its path.
  record Group(String prefix, Map<String, String> units) {}

  /// A list of channels, each with its own time and values.
  record Channels(
      String field,
      String prefix,
      String name,
      String time,
      Map<String, String> values,
      Map<String, String> units) {}
}
