package weir.pipeline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import weir.pipeline.Dialect.Form;
import weir.pipeline.Draft.Slot;
import weir.pipeline.Plan.Node;

/// Reads one message along the plan of its dialect, in one pass over its bytes. Owned by one
/// thread.
///
/// Limits: nesting 32, 20,000 tokens, 500 fields an object, names of 256 and numbers of 64
/// characters, texts that become readings of 4,096 characters, metric names of 128.
final class MessageReader {

  static final int TEXT_MAX = 4_096;
  private static final int METRIC_MAX = 128;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(32)
                  .maxTokenCount(20_000)
                  .maxNumberLength(64)
                  .maxNameLength(256)
                  .maxStringLength(1024 * 1024)
                  .build())
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .build();

  private final Dialect dialect;
  private final Plan plan;
  private final Draft draft = new Draft();
  private final FieldNames names = new FieldNames();
  private int requiredSeen;

  MessageReader(Dialect dialect) {
    this.dialect = dialect;
    this.plan = new Plan(dialect);
  }

  /// Reads a message; the draft is good until the next call.
  Draft read(byte[] payload, String kind) throws RejectedException {
    draft.clear(kind);
    names.clear();
    requiredSeen = 0;
    checkText(payload);
    try (JsonParser parser = JSON.createParser(payload)) {
      readTop(parser);
      if (parser.nextToken() != null) {
        throw RejectedException.unreadable("more follows after the JSON object");
      }
    } catch (StreamConstraintsException e) {
      throw RejectedException.unreadable("beyond a limit: " + e.getOriginalMessage());
    } catch (JsonProcessingException e) {
      long at = e.getLocation() == null ? 0 : e.getLocation().getByteOffset();
      throw RejectedException.unreadable("not valid JSON at byte " + at);
    } catch (IOException e) {
      throw RejectedException.unreadable("not readable as JSON");
    }
    checkRequired();
    return draft;
  }

  private static void checkText(byte[] payload) throws RejectedException {
    if (payload.length == 0) {
      throw RejectedException.unreadable("empty");
    }
    int wrong = Utf8.firstWrong(payload);
    if (wrong >= 0) {
      throw RejectedException.unreadable("not valid UTF-8 text at byte " + wrong);
    }
    // Zero bytes at the start would make the parser take the text for UTF-16 or UTF-32.
    for (int i = 0; i < Math.min(4, payload.length); i++) {
      if (payload[i] == 0) {
        throw RejectedException.unreadable("not valid JSON at byte " + i);
      }
    }
  }

  private void readTop(JsonParser parser) throws IOException, RejectedException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw RejectedException.unreadable("empty");
    }
    if (first != JsonToken.START_OBJECT) {
      throw RejectedException.invalid("", "must be a JSON object");
    }
    int mark = names.open();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      names.add(mark, name);
      Node node = plan.child(plan.top, name);
      int start = (int) parser.currentTokenLocation().getByteOffset();
      switch (node.head) {
        case FREE -> draft.spans.keep(start);
        case SAID -> draft.spans.skip(start);
        case TAKEN -> draft.spans.rename(start);
      }
      read(parser, node, name, parser.nextToken());
    }
    draft.spans.end((int) parser.currentTokenLocation().getByteOffset());
    names.close(mark);
  }

  private void read(JsonParser parser, Node node, String name, JsonToken token)
      throws IOException, RejectedException {
    if (node.required && token != JsonToken.VALUE_NULL) {
      requiredSeen++;
    }
    switch (node.role) {
      case KEEP, EVENT_ID -> walk(parser, token);
      case LEVEL -> readLevel(parser, node, token);
      case DEVICE -> draft.device(text(parser, name, token));
      case TYPE, KIND, MODEL -> readWord(parser, node, name, token);
      case TIME -> readTime(parser, token);
      case READING -> readDeclared(parser, node, name, token);
      case UNDECLARED -> readUndeclared(parser, node, token);
      case GROUP -> readGrouped(parser, node, name, token);
      case CHANNELS -> readChannels(parser, node, name, token);
      case CAPTURE -> capture(parser, name, token);
    }
  }

  /// Goes over a value that is not looked at, so that its syntax and its names are checked.
  private void walk(JsonParser parser, JsonToken token) throws IOException, RejectedException {
    if (token == JsonToken.START_OBJECT) {
      int mark = names.open();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        names.add(mark, parser.currentName());
        walk(parser, parser.nextToken());
      }
      names.close(mark);
    } else if (token == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        walk(parser, parser.currentToken());
      }
    }
  }

  private void readLevel(JsonParser parser, Node node, JsonToken token)
      throws IOException, RejectedException {
    if (token != JsonToken.START_OBJECT) {
      walk(parser, token);
      return;
    }
    int mark = names.open();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      names.add(mark, name);
      read(parser, plan.child(node, name), name, parser.nextToken());
    }
    names.close(mark);
  }

  private void readWord(JsonParser parser, Node node, String name, JsonToken token)
      throws IOException, RejectedException {
    if (token == JsonToken.VALUE_NULL) {
      return;
    }
    String word = text(parser, name, token);
    switch (node.role) {
      case TYPE -> draft.type(word);
      case MODEL -> draft.model(word);
      case KIND -> {
        if (dialect.sources().stream().anyMatch(source -> source.kind().equals(word))) {
          draft.kind(word);
        }
      }
      default -> throw new IllegalStateException("not a word: " + node.role);
    }
  }

  private static String text(JsonParser parser, String name, JsonToken token)
      throws IOException, RejectedException {
    if (token != JsonToken.VALUE_STRING) {
      throw RejectedException.invalid(name, "must be a text");
    }
    String text = parser.getText();
    if (text.isEmpty() || text.length() > TEXT_MAX) {
      throw RejectedException.invalid(name, "must be 1 to " + TEXT_MAX + " characters long");
    }
    return text;
  }

  private void readTime(JsonParser parser, JsonToken token) throws IOException, RejectedException {
    OptionalLong micros = time(parser, token);
    if (micros.isPresent()) {
      draft.time(micros.getAsLong());
    } else if (token != JsonToken.VALUE_NULL) {
      draft.timeUnreadable();
      walk(parser, token);
    }
  }

  private OptionalLong time(JsonParser parser, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_STRING) {
      return Timestamps.parse(parser.getText(), dialect.zone());
    }
    return token.isNumeric() ? Timestamps.parse(parser.getDoubleValue()) : OptionalLong.empty();
  }

  private void readDeclared(JsonParser parser, Node node, String name, JsonToken token)
      throws IOException, RejectedException {
    Form form = node.form == null ? Form.NUMBER : node.form;
    if (token == JsonToken.VALUE_NULL) {
      if (form == Form.TEXT) {
        draft.add(node.metric, Slot.TEXT, 0, "", node.unit);
      }
      return;
    }
    if (token.isStructStart()) {
      throw RejectedException.invalid(name, "must be a single value");
    }
    switch (form) {
      case TEXT -> draft.add(node.metric, Slot.TEXT, 0, bounded(parser, name), node.unit);
      case NUMBER, TRUTH -> {
        double number = number(parser, name, token);
        draft.add(node.metric, Slot.NUMBER, number, null, node.unit);
      }
    }
  }

  private static String bounded(JsonParser parser, String name)
      throws IOException, RejectedException {
    String text = parser.getText();
    if (text.length() > TEXT_MAX) {
      throw RejectedException.invalid(name, "is longer than " + TEXT_MAX + " characters");
    }
    return text;
  }

  private static double number(JsonParser parser, String name, JsonToken token)
      throws IOException, RejectedException {
    if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
      return token == JsonToken.VALUE_TRUE ? 1 : 0;
    }
    if (token == JsonToken.VALUE_STRING) {
      OptionalDouble parsed = Numbers.parse(parser.getText());
      return parsed.orElseThrow(() -> RejectedException.invalid(name, "must be a number"));
    }
    double number = parser.getDoubleValue();
    if (!Double.isFinite(number)) {
      throw RejectedException.invalid(name, "is too great a number");
    }
    return number;
  }

  private void readUndeclared(JsonParser parser, Node node, JsonToken token)
      throws IOException, RejectedException {
    if (token.isNumeric() || token.isBoolean()) {
      addAny(parser, node, node.metric, token);
    } else {
      walk(parser, token);
    }
  }

  private void readGrouped(JsonParser parser, Node node, String name, JsonToken token)
      throws IOException, RejectedException {
    switch (token) {
      case START_OBJECT -> readGroup(parser, node);
      case START_ARRAY -> walk(parser, token);
      case VALUE_NULL -> {}
      default -> {
        Node single = node.metric.isEmpty() ? plan.below(node, name) : node;
        addAny(parser, single, name, token);
      }
    }
  }

  private void readGroup(JsonParser parser, Node group) throws IOException, RejectedException {
    int mark = names.open();
    int first = draft.count();
    String unit = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      names.add(mark, name);
      JsonToken token = parser.nextToken();
      if (name.equals("unit") && token == JsonToken.VALUE_STRING) {
        unit = bounded(parser, name);
      } else {
        readGrouped(parser, plan.below(group, name), name, token);
      }
    }
    if (unit != null) {
      draft.unitFrom(first, unit);
    }
    names.close(mark);
  }

  /// Adds a value as what it is: a number, a truth, or a text.
  private void addAny(JsonParser parser, Node node, String name, JsonToken token)
      throws IOException, RejectedException {
    if (node.metric.length() > METRIC_MAX) {
      throw RejectedException.invalid(name, "makes a metric name longer than " + METRIC_MAX);
    }
    if (token == JsonToken.VALUE_STRING) {
      draft.add(node.metric, Slot.TEXT, 0, bounded(parser, name), node.unit);
    } else {
      Slot slot = token.isBoolean() ? Slot.TRUTH : Slot.NUMBER;
      draft.add(node.metric, slot, number(parser, name, token), null, node.unit);
    }
  }

  private void readChannels(JsonParser parser, Node node, String name, JsonToken token)
      throws IOException, RejectedException {
    if (token != JsonToken.START_ARRAY) {
      throw RejectedException.invalid(name, "must be a list");
    }
    ChannelReader channels = new ChannelReader(dialect.channels().orElseThrow(), plan, node, draft);
    int index = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String place = name + "[" + index++ + "]";
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw RejectedException.invalid(place, "must be an object");
      }
      channels.start(place);
      int mark = names.open();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        names.add(mark, field);
        JsonToken value = parser.nextToken();
        if (channels.isName(field) && value == JsonToken.VALUE_STRING) {
          channels.name(text(parser, place + "." + field, value));
        } else if (channels.isTime(field)) {
          channels.time(time(parser, value));
          walk(parser, value);
        } else if (channels.isValue(field)
            && value.isScalarValue()
            && value != JsonToken.VALUE_NULL) {
          channels.value(field, number(parser, place + "." + field, value));
        } else {
          walk(parser, value);
        }
      }
      names.close(mark);
      channels.finish();
    }
    if (index == 0) {
      draft.incomplete();
    }
  }

  private void capture(JsonParser parser, String name, JsonToken token)
      throws IOException, RejectedException {
    switch (token) {
      case VALUE_STRING -> draft.add(name, Slot.TEXT, 0, bounded(parser, name), null);
      case VALUE_TRUE -> draft.add(name, Slot.TRUTH, 1, null, null);
      case VALUE_FALSE -> draft.add(name, Slot.TRUTH, 0, null, null);
      case VALUE_NULL -> draft.add(name, Slot.NOTHING, 0, null, null);
      case START_OBJECT, START_ARRAY -> {
        draft.add(name, Slot.STRUCTURE, 0, null, null);
        walk(parser, token);
      }
      default -> draft.add(name, Slot.NUMBER, number(parser, name, token), null, null);
    }
  }

  private void checkRequired() throws RejectedException {
    if (requiredSeen < dialect.required().size()) {
      throw RejectedException.invalid(
          String.join(", ", dialect.required().stream().sorted().toList()), "must be there");
    }
    if (dialect.readingsRequired() && !draft.hasValue()) {
      throw RejectedException.invalid("", "no measurement is in the message");
    }
  }
}
