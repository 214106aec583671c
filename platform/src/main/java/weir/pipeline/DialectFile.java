package weir.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import weir.device.DeviceType;
import weir.event.Door;
import weir.event.TopicPattern;
import weir.pipeline.Dialect.Channels;
import weir.pipeline.Dialect.Contact;
import weir.pipeline.Dialect.Field;
import weir.pipeline.Dialect.Form;
import weir.pipeline.Dialect.Group;
import weir.pipeline.Dialect.IdCase;
import weir.pipeline.Dialect.Roles;
import weir.pipeline.Dialect.Source;
import weir.pipeline.Dialect.Style;
import weir.pipeline.Dialect.Undeclared;

/// Reads one dialect from YAML, as docs/reference/dialects.md describes it.
final class DialectFile {

  private static final YAMLMapper YAML = new YAMLMapper();

  private DialectFile() {}

  /// @throws DialectException naming the file and the key that is wrong
  static Dialect read(String file, String yaml) {
    Section top = new Section(file, "", parse(file, yaml));
    Style decoder = top.choice("decoder", Style.FIELDS);
    Roles roles = roles(top);
    Dialect dialect =
        new Dialect(
            file,
            top.make("family", top.required("family"), DialectFile::word),
            decoder,
            sources(top),
            top.texts("owned").stream()
                .map(text -> top.make("owned", text, TopicPattern::parse))
                .toList(),
            zone(top),
            top.choice("id-case", IdCase.KEEP),
            top.choice("first-contact", Contact.AS_SET),
            roles,
            types(top),
            readings(top),
            groups(top),
            top.section("channels").map(DialectFile::channels),
            top.choice("undeclared", Undeclared.JSON_ONLY),
            Set.copyOf(top.texts("ignored")),
            Set.copyOf(top.texts("required")),
            top.isTrue("readings-required"));
    top.optional("description");
    top.end();
    check(top, dialect);
    return dialect;
  }

  private static JsonNode parse(String file, String yaml) {
    try {
      return YAML.readTree(yaml);
    } catch (JsonProcessingException e) {
      throw new DialectException(
          file + ": line " + e.getLocation().getLineNr() + ": " + e.getOriginalMessage(), e);
    }
  }

  private static String word(String text) {
    if (!DeviceType.isValidName(text)) {
      throw new IllegalArgumentException("must be of [A-Za-z0-9_-]{1,64}");
    }
    return text;
  }

  private static List<Source> sources(Section top) {
    List<Source> sources = new ArrayList<>();
    for (Section section : top.sections("topics")) {
      sources.add(source(section, Door.MQTT, "pattern", TopicPattern::parse));
    }
    for (Section section : top.sections("paths")) {
      sources.add(source(section, Door.HTTP, "path", DialectFile::path));
    }
    return sources;
  }

  private static TopicPattern path(String text) {
    if (!text.startsWith("/")) {
      throw new IllegalArgumentException("must start with /");
    }
    return TopicPattern.parse(text.substring(1));
  }

  private static Source source(
      Section section, Door door, String key, Function<String, TopicPattern> maker) {
    TopicPattern pattern = section.make(key, section.required(key), maker);
    String kind =
        section.make("kind", section.optional("kind").orElse("telemetry"), DialectFile::word);
    section.end();
    return new Source(door, pattern, kind);
  }

  private static ZoneId zone(Section top) {
    return top.<ZoneId>made("zone", DialectFile::zoneOf).orElse(ZoneOffset.UTC);
  }

  private static ZoneId zoneOf(String name) {
    try {
      return ZoneId.of(name).normalized();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("not a time zone: " + name, e);
    }
  }

  private static Roles roles(Section top) {
    Optional<Section> given = top.section("fields");
    if (given.isEmpty()) {
      return new Roles(Dialect.DEVICE, Dialect.TYPE, "", "timestamp", "");
    }
    Section fields = given.get();
    Roles roles =
        new Roles(
            fields.optional("device").orElse(Dialect.DEVICE),
            fields.optional("type").orElse(Dialect.TYPE),
            fields.optional("kind").orElse(""),
            fields.optional("time").orElse("timestamp"),
            fields.optional("model").orElse(""));
    fields.end();
    return roles;
  }

  private static TypeRules types(Section top) {
    Section section = top.section("types").orElseThrow(() -> top.wrong("types", "is missing"));
    String standard = section.make("default", section.required("default"), DialectFile::word);
    List<TypeRules.Rule> rules = new ArrayList<>();
    for (Section rule : section.sections("infer")) {
      rules.add(
          new TypeRules.Rule(
              rule.make("type", rule.required("type"), DialectFile::word),
              Set.copyOf(rule.texts("all")),
              Set.copyOf(rule.texts("any")),
              rule.optional("kind").orElse(""),
              rule.optional("id-contains").orElse("")));
      rule.end();
    }
    section.end();
    return new TypeRules(standard, List.copyOf(rules));
  }

  private static Map<String, Field> readings(Section top) {
    Map<String, Field> readings = new LinkedHashMap<>();
    top.named("readings")
        .forEach(
            (name, section) -> {
              String metric = section.optional("metric").orElse(name.replace('/', '.'));
              String unit = section.optional("unit").orElse("");
              readings.put(name, new Field(metric, unit, section.choice("form", Form.NUMBER)));
              section.end();
            });
    return readings;
  }

  private static Map<String, Group> groups(Section top) {
    Map<String, Group> groups = new LinkedHashMap<>();
    top.named("groups")
        .forEach(
            (name, section) -> {
              groups.put(
                  name, new Group(section.optional("prefix").orElse(""), section.map("units")));
              section.end();
            });
    return groups;
  }

  private static Channels channels(Section section) {
    Channels channels =
        new Channels(
            section.required("field"),
            section.required("prefix"),
            section.required("name"),
            section.required("time"),
            section.map("values"),
            section.map("units"));
    section.end();
    return channels;
  }

  private static void check(Section top, Dialect dialect) {
    if (dialect.sources().isEmpty()) {
      throw top.wrong("topics", "is missing: a dialect is spoken on at least one");
    }
    boolean component = dialect.decoder() == Style.COMPONENT;
    for (Source source : dialect.sources()) {
      List<String> fields = source.pattern().fields();
      if (component && !fields.containsAll(ComponentDecoder.TOPIC_FIELDS)) {
        throw top.wrong(
            "topics", "must name " + String.join(", ", ComponentDecoder.TOPIC_FIELDS) + " each");
      }
      if (!fields.contains(Dialect.DEVICE) && dialect.roles().device().isEmpty()) {
        throw top.wrong("fields.device", "is empty and no {device_id} is in " + source.pattern());
      }
    }
  }
}
