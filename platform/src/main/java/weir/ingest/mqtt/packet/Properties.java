package weir.ingest.mqtt.packet;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The property block of one MQTT 5.0 packet: known, allowed there, and none twice. Owned by the
/// thread that reads the packet, and not changed once read.
public final class Properties {

  private static final byte[] NOTHING = {};
  static final Properties NONE = new Properties();

  private record Pair(String name, String value) {}

  private final Map<Property, Long> numbers = new EnumMap<>(Property.class);
  private final Map<Property, String> strings = new EnumMap<>(Property.class);
  private final List<Pair> pairs = new ArrayList<>(0);
  private byte[] forwarded = NOTHING;

  private Properties() {}

  static Properties read(ByteBuf in, Set<Property> allowed) {
    int length = Wire.variableInteger(in);
    if (length == 0) {
      return NONE;
    }
    if (length > in.readableBytes()) {
      throw ProtocolViolation.malformed("properties longer than the packet");
    }
    Properties properties = new Properties();
    ByteBuf block = in.readSlice(length);
    ByteBuf kept = block.alloc().heapBuffer(length, length);
    try {
      while (block.isReadable()) {
        properties.readOne(block, allowed, kept);
      }
      properties.forwarded = Wire.bytes(kept, kept.readableBytes());
      return properties;
    } finally {
      kept.release();
    }
  }

  private void readOne(ByteBuf block, Set<Property> allowed, ByteBuf kept) {
    int start = block.readerIndex();
    Property property = Property.of(Wire.variableInteger(block));
    if (!allowed.contains(property)) {
      throw ProtocolViolation.protocolError("property " + property + " is not allowed here");
    }
    if (!property.isRepeatable()
        && (numbers.containsKey(property) || strings.containsKey(property))) {
      throw ProtocolViolation.protocolError("property " + property + " twice");
    }
    readValue(block, property);
    if (property.isForwarded()) {
      kept.writeBytes(block, start, block.readerIndex() - start);
    }
  }

  private void readValue(ByteBuf block, Property property) {
    switch (property.type()) {
      case FLAG -> numbers.put(property, flag(block, property));
      case SHORT -> numbers.put(property, (long) Wire.unsignedShort(block));
      case INT -> numbers.put(property, Wire.unsignedInt(block));
      case VARIABLE -> numbers.put(property, (long) Wire.variableInteger(block));
      case STRING -> strings.put(property, text(block, property));
      case BINARY -> numbers.put(property, (long) Wire.binary(block).length);
      case PAIR -> pairs.add(new Pair(Wire.string(block), Wire.string(block)));
    }
  }

  /// MQTT-3.3.2-14: a Response Topic is a name to publish to, not a filter.
  private static String text(ByteBuf block, Property property) {
    String text = Wire.string(block);
    if (property == Property.RESPONSE_TOPIC && !isName(text)) {
      throw ProtocolViolation.protocolError("the response topic has a wildcard");
    }
    return text;
  }

  private static boolean isName(String topic) {
    return topic.indexOf('+') < 0 && topic.indexOf('#') < 0;
  }

  private static long flag(ByteBuf block, Property property) {
    int value = Wire.unsignedByte(block);
    if (value > 1) {
      throw ProtocolViolation.protocolError("property " + property + " is neither 0 nor 1");
    }
    return value;
  }

  /// A number that must not be zero when it is there.
  long positive(Property property, long otherwise) {
    long value = number(property, otherwise);
    if (value == 0) {
      throw ProtocolViolation.protocolError("property " + property + " is 0");
    }
    return value;
  }

  long number(Property property, long otherwise) {
    Long value = numbers.get(property);
    return value == null ? otherwise : value;
  }

  boolean has(Property property) {
    return numbers.containsKey(property) || strings.containsKey(property);
  }

  @Nullable String text(Property property) {
    return strings.get(property);
  }

  /// The first user property of that name.
  public @Nullable String user(String name) {
    for (Pair pair : pairs) {
      if (pair.name.equals(name)) {
        return pair.value;
      }
    }
    return null;
  }

  /// The encoded properties that subscribers are to get as they are.
  byte[] forwarded() {
    return forwarded;
  }
}
