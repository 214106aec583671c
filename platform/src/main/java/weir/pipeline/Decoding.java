package weir.pipeline;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import weir.device.Device;
import weir.device.DeviceId;
import weir.device.DeviceType;
import weir.device.Directory;
import weir.device.FirstContact;
import weir.event.Event;
import weir.event.RawMessage;
import weir.event.Reading;
import weir.event.Rejection;
import weir.event.Rejection.Reason;
import weir.pipeline.PipelineSettings.OddTime;
import weir.pipeline.PipelineSettings.Unknown;

/// Raw message to event. A function of the message, the dialects and what the directory says;
/// it writes nothing but new device types. Owned by one thread.
final class Decoding {

  private static final long EARLIEST_MICROS = 946_684_800_000_000L;

  private final Dialects dialects;
  private final Directory directory;
  private final PipelineSettings settings;
  private final NewTypes newTypes;
  private final Map<String, MessageReader> readers = new HashMap<>();
  private final ComponentDecoder components;
  private final EventJson json = new EventJson();

  Decoding(Dialects dialects, Directory directory, PipelineSettings settings, NewTypes newTypes) {
    this.dialects = dialects;
    this.directory = directory;
    this.settings = settings;
    this.newTypes = newTypes;
    this.components = new ComponentDecoder(directory);
    for (Dialect dialect : dialects.all()) {
      readers.put(dialect.family(), new MessageReader(dialect));
    }
  }

  Outcome decode(RawMessage message) {
    Route route = dialects.route(message.door(), message.path());
    if (route == null) {
      Rejection rejection = new Rejection(Reason.UNKNOWN_TOPIC, "no dialect knows the topic");
      return new Outcome.SetAside(Outcome.UNKNOWN_FAMILY, rejection);
    }
    String family = route.dialect().family();
    try {
      return decode(message, route);
    } catch (RejectedException e) {
      return e.rejection().reason() == Reason.NO_PARAMETER
          ? new Outcome.Waiting(family, e.rejection())
          : new Outcome.SetAside(family, e.rejection());
    }
  }

  /// The family of a message, for the books; [Outcome#UNKNOWN_FAMILY] when no dialect knows it.
  String familyOf(RawMessage message) {
    Route route = dialects.route(message.door(), message.path());
    return route == null ? Outcome.UNKNOWN_FAMILY : route.dialect().family();
  }

  private Outcome decode(RawMessage message, Route route) throws RejectedException {
    Dialect dialect = route.dialect();
    MessageReader reader = readers.get(dialect.family());
    if (reader == null) {
      throw new IllegalStateException("no reader for " + dialect.family());
    }
    Draft draft = reader.read(message.payload(), route.source().kind());
    DeviceId id = deviceOf(message, route, draft);
    long received = Timestamps.micros(message.receivedAt());
    long time = timeOf(draft, received);
    String detected = detectedType(route, id, draft);
    Optional<Device> device = directory.device(id);
    if (device.isEmpty()) {
      return unregistered(dialect, id, knownType(detected), draft.model());
    }
    if (!device.get().enabled()) {
      throw RejectedException.invalid("", "the device is disabled");
    }
    String type = knownType(typeOf(device.get(), detected, dialect));
    List<Reading> readings = readingsOf(route, id, draft);
    boolean valid = time != Draft.NO_TIME;
    long eventTime = valid ? time : received;
    json.start(message.id(), id, type, dialect.family(), draft.kind(), eventTime, received);
    byte[] bytes = finish(message, route, draft, eventTime);
    Event event =
        new Event(
            message.id(),
            id,
            type,
            dialect.family(),
            draft.kind(),
            Timestamps.instant(eventTime),
            message.receivedAt(),
            readings,
            bytes);
    return new Outcome.Decoded(event, detected, valid, draft.complete());
  }

  /// The topic, the message and the credential must name one device: none may speak for
  /// another.
  private static DeviceId deviceOf(RawMessage message, Route route, Draft draft)
      throws RejectedException {
    String field = route.dialect().roles().device();
    String said = draft.device();
    String named = route.field(Dialect.DEVICE);
    String name = named == null ? said : named;
    if (name == null) {
      throw RejectedException.invalid(field, "is missing");
    }
    String spelled = route.dialect().spelling(name);
    if (!DeviceId.isValid(spelled)) {
      throw RejectedException.invalid(field, "must be 1 to 128 characters of [A-Za-z0-9._:-]");
    }
    if (said != null && !route.dialect().spelling(said).equals(spelled)) {
      throw RejectedException.invalid(field, "is not the device that the topic names");
    }
    DeviceId sender = message.device();
    if (sender != null && !route.dialect().spelling(sender.value()).equals(spelled)) {
      throw RejectedException.invalid(field, "is not the device that sent the message");
    }
    return sender != null && sender.value().equals(spelled) ? sender : new DeviceId(spelled);
  }

  /// The device's time, or none when it gave none or an odd one that is to be overlooked.
  private long timeOf(Draft draft, long received) throws RejectedException {
    boolean odd = !draft.timeReadable() || isOdd(draft.time(), received);
    for (int i = 0; i < draft.count() && !odd; i++) {
      odd = isOdd(draft.timeOf(i), received);
    }
    if (!odd) {
      return draft.time();
    }
    if (settings.oddTimes() == OddTime.SET_ASIDE) {
      String rule = draft.timeReadable() ? "is before 2000 or too far ahead" : "cannot be read";
      throw RejectedException.invalid("the time", rule);
    }
    draft.timesCleared();
    return Draft.NO_TIME;
  }

  private boolean isOdd(long micros, long received) {
    return micros != Draft.NO_TIME
        && (micros < EARLIEST_MICROS
            || micros - received > settings.timeAheadMax().toNanos() / 1_000);
  }

  private String detectedType(Route route, DeviceId id, Draft draft) throws RejectedException {
    String named = route.field(Dialect.TYPE);
    String said = draft.type();
    if (named != null && said != null && !named.equals(said)) {
      throw RejectedException.invalid(
          route.dialect().roles().type(), "is not the type that the topic names");
    }
    String stated = said != null ? said : named;
    String type = stated != null ? stated : route.dialect().types().infer(id.value(), draft);
    if (directory.type(type).isEmpty() && !DeviceType.isValidName(type)) {
      throw RejectedException.invalid(
          route.dialect().roles().type(), "must be of [A-Za-z0-9_-]{1,64}");
    }
    return type;
  }

  /// The registry knows best, unless it knows only that the device once told nothing of itself.
  private static String typeOf(Device device, String detected, Dialect dialect) {
    return device.type().equals(dialect.types().standard()) ? detected : device.type();
  }

  private String knownType(String name) throws RejectedException {
    if (directory.type(name).isEmpty() && !newTypes.register(name)) {
      throw RejectedException.because(
          Reason.UNKNOWN_TYPE, "the device type " + name + " is not registered");
    }
    return name;
  }

  private Outcome unregistered(Dialect dialect, DeviceId id, String type, @Nullable String model)
      throws RejectedException {
    boolean register =
        switch (dialect.firstContact()) {
          case REGISTER -> true;
          case SET_ASIDE -> false;
          case AS_SET -> settings.unknownDevices() == Unknown.REGISTER;
        };
    if (!register) {
      throw RejectedException.because(Reason.UNKNOWN_DEVICE, "the device is not registered");
    }
    return new Outcome.Unregistered(dialect.family(), new FirstContact(id, type, model));
  }

  private List<Reading> readingsOf(Route route, DeviceId id, Draft draft) throws RejectedException {
    return switch (route.dialect().decoder()) {
      case FIELDS -> draft.toReadings();
      case COMPONENT -> components.decode(route, id, draft);
    };
  }

  private byte[] finish(RawMessage message, Route route, Draft draft, long timeMicros) {
    switch (route.dialect().decoder()) {
      case FIELDS -> draft.spans.splice(message.payload(), json.open());
      case COMPONENT -> components.write(message, timeMicros, json.open());
    }
    return json.finish();
  }
}
