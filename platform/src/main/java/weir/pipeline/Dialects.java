package weir.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.event.Door;
import weir.event.TopicPattern;
import weir.event.TopicPattern.Overlap;

/// All dialects that are declared: the built-in ones, and those of a folder, which add to them
/// or replace the one of the same family.
///
/// Where several patterns match a topic, the one that says more wins: `iot/telemetry/…` comes
/// before `iot/{device_id}/raw`. Immutable.
public final class Dialects {

  private static final List<String> BUILT_IN =
      List.of("appliance", "energy", "cloud", "f2", "http");

  private record Spoken(Dialect dialect, Dialect.Source source) {}

  private record Owned(TopicPattern pattern, Dialect dialect) {}

  private final Map<String, Dialect> byFamily;
  private final List<Spoken> topics = new ArrayList<>();
  private final List<Spoken> paths = new ArrayList<>();
  private final List<Owned> owned = new ArrayList<>();

  private Dialects(Collection<Dialect> dialects) {
    Map<String, Dialect> families = new LinkedHashMap<>();
    for (Dialect dialect : dialects) {
      families.put(dialect.family(), dialect);
    }
    byFamily = families;
    families.values().forEach(this::add);
    Comparator<Spoken> order = Comparator.comparing(spoken -> spoken.source.pattern());
    topics.sort(order);
    paths.sort(order);
    owned.sort(Comparator.comparing(Owned::pattern));
    refuseTwins(topics);
    refuseTwins(paths);
  }

  private void add(Dialect dialect) {
    for (Dialect.Source source : dialect.sources()) {
      boolean path = source.door() == Door.HTTP;
      (path ? paths : topics).add(new Spoken(dialect, source));
      if (!path && source.pattern().fields().contains(Dialect.DEVICE)) {
        owned.add(new Owned(source.pattern(), dialect));
      }
    }
    dialect.owned().forEach(pattern -> owned.add(new Owned(pattern, dialect)));
  }

  private static void refuseTwins(List<Spoken> sorted) {
    for (int i = 1; i < sorted.size(); i++) {
      Spoken one = sorted.get(i - 1);
      Spoken other = sorted.get(i);
      if (one.source.pattern().matchesSameAs(other.source.pattern())) {
        throw new DialectException(
            other.dialect.file()
                + ": topics: "
                + other.source.pattern()
                + " matches the same as "
                + one.source.pattern()
                + " in "
                + one.dialect.file());
      }
    }
  }

  /// The dialects that come with the platform.
  public static Dialects builtIn() {
    return new Dialects(readBuiltIn());
  }

  /// The built-in dialects and those of a folder's `.yaml` files.
  ///
  /// @throws DialectException naming the file and the key that is wrong
  public static Dialects with(Path folder) {
    List<Dialect> dialects = new ArrayList<>(readBuiltIn());
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Dialects::isYaml).sorted().toList()) {
        dialects.add(DialectFile.read(file.toString(), Files.readString(file)));
      }
    } catch (IOException e) {
      throw new DialectException(
          "cannot read the dialects of " + folder + ": " + e.getMessage(), e);
    }
    return new Dialects(dialects);
  }

  static Dialects of(Collection<Dialect> dialects) {
    return new Dialects(dialects);
  }

  private static boolean isYaml(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  private static List<Dialect> readBuiltIn() {
    List<Dialect> dialects = new ArrayList<>();
    for (String family : BUILT_IN) {
      String file = "dialects/" + family + ".yaml";
      try (InputStream in = Dialects.class.getClassLoader().getResourceAsStream(file)) {
        if (in == null) {
          throw new DialectException("the built-in " + file + " is missing from the program");
        }
        dialects.add(DialectFile.read(file, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return dialects;
  }

  /// The names of the families.
  public Collection<String> families() {
    return List.copyOf(byFamily.keySet());
  }

  /// The MQTT filters of all topics that devices speak and listen on.
  public List<String> filters() {
    Stream<TopicPattern> spoken = topics.stream().map(one -> one.source.pattern());
    Stream<TopicPattern> theirs = owned.stream().map(Owned::pattern);
    return Stream.concat(spoken, theirs).map(TopicPattern::filter).distinct().toList();
  }

  Collection<Dialect> all() {
    return byFamily.values();
  }

  /// Whether messages on this topic are decoded.
  public boolean decodes(String topic) {
    return route(Door.MQTT, topic) != null;
  }

  /// @param path over HTTP a path with its slash, or a topic that was written to in that way
  @Nullable Route route(Door door, String path) {
    boolean isPath = door == Door.HTTP && path.startsWith("/");
    String levels = isPath ? path.substring(1) : path;
    for (Spoken spoken : isPath ? paths : topics) {
      List<String> values = spoken.source.pattern().match(levels);
      if (values != null) {
        return new Route(spoken.dialect, spoken.source, values);
      }
    }
    return null;
  }

  /// The device named in the topic, or null when no dialect's pattern names one.
  public @Nullable DeviceId ownerOf(String topic) {
    for (Owned one : owned) {
      List<String> values = one.pattern.match(topic);
      if (values != null) {
        String name = values.get(one.pattern.fields().indexOf(Dialect.DEVICE));
        return DeviceId.parse(one.dialect.spelling(name)).orElse(null);
      }
    }
    return null;
  }

  /// The device to which everything that the filter can match belongs, or null when the filter
  /// reaches further: a wildcard at or before the level that names the device, or topics that
  /// no dialect knows.
  public @Nullable DeviceId ownerOfFilter(String filter) {
    String owner = null;
    for (Owned one : owned) {
      switch (one.pattern.overlap(filter, Dialect.DEVICE)) {
        case Overlap.None none -> {}
        case Overlap.Many many -> {
          return null;
        }
        case Overlap.One(String value) -> {
          String name = one.dialect.spelling(value);
          if (owner != null && !owner.equals(name)) {
            return null;
          }
          owner = name;
        }
      }
    }
    return owner == null ? null : DeviceId.parse(owner).orElse(null);
  }
}
