package weir.view.topic;

import io.helidon.webserver.http.ServerRequest;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import weir.event.Problem;
import weir.event.ProblemException;
import weir.log.EventLog.OffsetRange;
import weir.log.Partition;
import weir.log.Topic;

/// How a page of a topic is asked for.
///
/// @param cursor where the page before ended, by partition; empty on the first page
record TopicQuery(
    From from,
    @Nullable Integer partition,
    long offset,
    Instant time,
    Map<Integer, Long> cursor,
    RecordSearch search,
    int limit) {

  private static final int LIMIT_MAX = 500;
  private static final int LIMIT_USUAL = 50;
  private static final Set<String> PARAMETERS =
      Set.of("from", "partition", "offset", "time", "cursor", "q", "in", "key", "limit", "after");

  /// Where a page starts.
  enum From {
    NEWEST,
    OLDEST,
    OFFSET,
    TIME
  }

  /// The ranges to read: those of the chosen partition, cut where the page before ended.
  Map<Partition, OffsetRange> cut(Map<Partition, OffsetRange> all) {
    Map<Partition, OffsetRange> ranges = new TreeMap<>();
    all.forEach(
        (each, range) -> {
          if (partition != null && partition != each.number()) {
            return;
          }
          if (cursor.isEmpty()) {
            long start =
                from == From.OFFSET
                    ? Math.clamp(offset, range.start(), range.end())
                    : range.start();
            ranges.put(each, new OffsetRange(start, range.end()));
            return;
          }
          Long edge = cursor.get(each.number());
          if (edge != null) {
            long at = Math.clamp(edge, range.start(), range.end());
            ranges.put(
                each,
                isBackward()
                    ? new OffsetRange(range.start(), at)
                    : new OffsetRange(at, range.end()));
          }
        });
    return ranges;
  }

  boolean isBackward() {
    return from == From.NEWEST;
  }

  static Topic topic(ServerRequest request) {
    String name = request.path().pathParameters().get("topic");
    if (!Topic.isValid(name)) {
      throw ProblemException.notFound("there is no such topic");
    }
    return new Topic(name);
  }

  static TopicQuery read(ServerRequest request) {
    List<Problem.Field> errors = new ArrayList<>();
    for (String name : request.query().names()) {
      if (!PARAMETERS.contains(name)) {
        errors.add(new Problem.Field(name, "is not a known parameter"));
      }
    }
    From from = from(text(request, "from"), errors);
    long partition = number(request, "partition", -1, Integer.MAX_VALUE, errors);
    long offset = number(request, "offset", 0, Long.MAX_VALUE, errors);
    if (from == From.OFFSET && text(request, "offset").isEmpty()) {
      errors.add(new Problem.Field("offset", "is required"));
    }
    Instant time = time(request, from, errors);
    Map<Integer, Long> cursor = cursor(text(request, "cursor"), errors);
    String key = text(request, "key");
    long limit = number(request, "limit", LIMIT_USUAL, LIMIT_MAX, errors);
    RecordSearch search =
        new RecordSearch(text(request, "q"), places(request, errors), key.isEmpty() ? null : key);
    if (!errors.isEmpty()) {
      throw new ProblemException(Problem.invalid(errors));
    }
    return new TopicQuery(
        from,
        partition < 0 ? null : (int) partition,
        offset,
        time,
        cursor,
        search,
        (int) Math.max(1, limit));
  }

  static Set<RecordSearch.Place> places(ServerRequest request, List<Problem.Field> errors) {
    EnumSet<RecordSearch.Place> places = EnumSet.noneOf(RecordSearch.Place.class);
    for (String name : text(request, "in").split(",", -1)) {
      if (name.isEmpty()) {
        continue;
      }
      try {
        places.add(RecordSearch.Place.valueOf(name.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException unknown) {
        errors.add(new Problem.Field("in", "must be key, header or value"));
      }
    }
    return places.isEmpty() ? EnumSet.allOf(RecordSearch.Place.class) : places;
  }

  private static From from(String name, List<Problem.Field> errors) {
    try {
      return name.isEmpty() ? From.NEWEST : From.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException unknown) {
      errors.add(new Problem.Field("from", "must be newest, oldest, offset or time"));
      return From.NEWEST;
    }
  }

  private static Instant time(ServerRequest request, From from, List<Problem.Field> errors) {
    try {
      String text = text(request, "time").replace(' ', '+');
      return text.isEmpty() && from != From.TIME
          ? Instant.EPOCH
          : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException notATime) {
      errors.add(new Problem.Field("time", "must be a time such as 2026-02-27T15:00:00Z"));
      return Instant.EPOCH;
    }
  }

  private static Map<Integer, Long> cursor(String text, List<Problem.Field> errors) {
    return Cursor.parse(text)
        .orElseGet(
            () -> {
              errors.add(
                  new Problem.Field("cursor", "must be the next_cursor of an earlier answer"));
              return Map.of();
            });
  }

  private static long number(
      ServerRequest request, String name, long usual, long max, List<Problem.Field> errors) {
    String text = text(request, name);
    if (text.isEmpty()) {
      return usual;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= 0 && number <= max) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      errors.add(new Problem.Field(name, "must be a whole number"));
      return usual;
    }
    errors.add(new Problem.Field(name, "must be 0 to " + max));
    return usual;
  }

  static String text(ServerRequest request, String name) {
    return request.query().first(name).orElse("");
  }
}
