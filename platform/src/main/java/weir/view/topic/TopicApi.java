package weir.view.topic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import weir.event.ProblemException;
import weir.log.EventLog;
import weir.log.EventLog.Kept;
import weir.log.EventLog.OffsetRange;
import weir.log.LogRecord;
import weir.log.Partition;
import weir.log.Topic;
import weir.view.QueryForm;

/// Looking into the log: `GET /api/topics`, `GET /api/topics/{topic}/messages`, `GET
/// /api/topics/{topic}/messages/{partition}/{offset}`, and `GET /api/groups`. Changes
/// nothing, and is no member of any group.
public final class TopicApi implements HttpService {

  private static final JsonFactory JSON = new JsonFactory();

  private final EventLog log;
  private final TopicBrowser browser;

  public TopicApi(EventLog log) {
    this.log = log;
    browser = new TopicBrowser(log, System::nanoTime);
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/api/topics", this::topics)
        .get("/api/topics/{topic}/messages", this::messages)
        .get("/api/topics/{topic}/messages/{partition}/{offset}", this::message)
        .get("/api/groups", this::groups);
  }

  private void topics(ServerRequest request, ServerResponse response) throws IOException {
    QueryForm form = new QueryForm(request);
    boolean withKept = Boolean.TRUE.equals(form.flag("kept"));
    form.check();
    Map<Topic, Map<Partition, OffsetRange>> byTopic = new TreeMap<>(TopicApi::byName);
    log.ranges(log.topics())
        .forEach(
            (partition, range) ->
                byTopic
                    .computeIfAbsent(partition.topic(), _ -> new TreeMap<>())
                    .put(partition, range));
    Map<Topic, Kept> kept = withKept ? log.kept(byTopic.keySet()) : Map.of();
    ByteArrayOutputStream out = new ByteArrayOutputStream(4_096);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeArrayFieldStart("topics");
      for (Map.Entry<Topic, Map<Partition, OffsetRange>> topic : byTopic.entrySet()) {
        json.writeStartObject();
        json.writeStringField("name", topic.getKey().name());
        json.writeNumberField("messages", messages(topic.getValue()));
        if (withKept) {
          writeKept(json, kept.get(topic.getKey()));
        }
        json.writeArrayFieldStart("partitions");
        for (Map.Entry<Partition, OffsetRange> each : topic.getValue().entrySet()) {
          json.writeStartObject();
          json.writeNumberField("partition", each.getKey().number());
          json.writeNumberField("start", each.getValue().start());
          json.writeNumberField("end", each.getValue().end());
          json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    send(response, out);
  }

  private static void writeKept(JsonGenerator json, @Nullable Kept kept) throws IOException {
    Duration retention = kept == null ? null : kept.retention();
    json.writeStringField("policy", kept == null ? null : kept.policy());
    json.writeObjectField("retention_seconds", retention == null ? null : retention.toSeconds());
    json.writeObjectField("bytes", kept == null ? null : kept.bytes());
  }

  private static int byName(Topic one, Topic other) {
    return one.name().compareTo(other.name());
  }

  private static long messages(Map<Partition, OffsetRange> ranges) {
    return ranges.values().stream().mapToLong(range -> range.end() - range.start()).sum();
  }

  private void messages(ServerRequest request, ServerResponse response) throws IOException {
    Topic topic = TopicQuery.topic(request);
    TopicQuery query = TopicQuery.read(request);
    Map<Partition, OffsetRange> all = browser.ranges(topic);
    if (all.isEmpty()) {
      throw ProblemException.notFound("there is no such topic");
    }
    Map<Partition, OffsetRange> ranges = query.cut(all);
    if (query.from() == TopicQuery.From.TIME && query.cursor().isEmpty()) {
      ranges = browser.since(ranges, query.time().toEpochMilli());
    }
    TopicBrowser.Page page =
        query.isBackward()
            ? browser.backward(ranges, query.search(), query.limit())
            : browser.forward(ranges, query.search(), query.limit());
    ByteArrayOutputStream out = new ByteArrayOutputStream(16_384);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeArrayFieldStart("items");
      for (LogRecord record : page.records()) {
        RecordJson.preview(json, record);
      }
      json.writeEndArray();
      json.writeNumberField("scanned", page.scanned());
      json.writeStringField("next_cursor", page.next().isEmpty() ? null : Cursor.text(page.next()));
      json.writeEndObject();
    }
    send(response, out);
  }

  private void message(ServerRequest request, ServerResponse response) throws IOException {
    Topic topic = TopicQuery.topic(request);
    LogRecord record =
        browser
            .record(
                new Partition(topic, (int) number(request, "partition")), number(request, "offset"))
            .orElseThrow(() -> ProblemException.notFound("there is no such message"));
    ByteArrayOutputStream out = new ByteArrayOutputStream(4_096);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      RecordJson.whole(json, record);
    }
    send(response, out);
  }

  private static long number(ServerRequest request, String name) {
    try {
      return Long.parseLong(request.path().pathParameters().get(name));
    } catch (NumberFormatException notANumber) {
      throw ProblemException.notFound("there is no such message");
    }
  }

  private void groups(ServerRequest request, ServerResponse response) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(4_096);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeArrayFieldStart("groups");
      Set<String> groups = new TreeSet<>(log.groups());
      Map<String, List<EventLog.Member>> members = log.members(groups);
      for (String group : groups) {
        writeGroup(json, group, members.get(group));
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    send(response, out);
  }

  private void writeGroup(JsonGenerator json, String group, @Nullable List<EventLog.Member> members)
      throws IOException {
    Map<Partition, EventLog.Committed> committed = new TreeMap<>(log.committed(group));
    Set<Topic> topics = new TreeSet<>(TopicApi::byName);
    committed.keySet().forEach(partition -> topics.add(partition.topic()));
    Map<Partition, OffsetRange> ranges = log.ranges(topics);
    json.writeStartObject();
    json.writeStringField("group", group);
    writeMembers(json, members);
    json.writeArrayFieldStart("partitions");
    long lag = 0;
    for (Map.Entry<Partition, EventLog.Committed> each : committed.entrySet()) {
      OffsetRange range = ranges.get(each.getKey());
      if (range == null) {
        continue;
      }
      long behind = Math.max(0, range.end() - each.getValue().offset());
      lag += behind;
      json.writeStartObject();
      json.writeStringField("topic", each.getKey().topic().name());
      json.writeNumberField("partition", each.getKey().number());
      json.writeNumberField("committed", each.getValue().offset());
      json.writeNumberField("end", range.end());
      json.writeNumberField("lag", behind);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeNumberField("lag", lag);
    json.writeEndObject();
  }

  private static void writeMembers(JsonGenerator json, @Nullable List<EventLog.Member> members)
      throws IOException {
    if (members == null) {
      json.writeNullField("members");
      return;
    }
    json.writeArrayFieldStart("members");
    for (EventLog.Member member : members) {
      json.writeStartObject();
      json.writeStringField("client", member.client());
      json.writeStringField("host", member.host());
      json.writeArrayFieldStart("partitions");
      for (Partition partition : member.partitions()) {
        json.writeStartObject();
        json.writeStringField("topic", partition.topic().name());
        json.writeNumberField("partition", partition.number());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void send(ServerResponse response, ByteArrayOutputStream out) {
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(out.toByteArray());
  }
}
