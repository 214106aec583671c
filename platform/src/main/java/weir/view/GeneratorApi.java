package weir.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import weir.device.Credential;
import weir.device.Credentials;
import weir.device.Device;
import weir.device.DeviceQuery;
import weir.device.Devices;
import weir.device.FieldError;
import weir.device.Form;
import weir.device.Generator;

/// Sample devices: made by `POST /api/devices/generate`, and all devices listed at `/devices`, page
/// by page, in the form of the generator that this one stands in for.
public final class GeneratorApi implements HttpService {

  private static final int PAGE_SIZE = 10;
  private static final int PAGE_MAX = 1_000_000;
  private static final int MESSAGE_ID_DIGITS = 22;
  private static final int TOKEN_DAYS_MAX = 3_650;
  private static final int TOKEN_DAYS = 365;

  private final Generator generator;
  private final Devices devices;
  private final InstantSource clock;

  public GeneratorApi(Generator generator, Devices devices, InstantSource clock) {
    this.generator = generator;
    this.devices = devices;
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .post("/api/devices/generate", this::generate)
        .get("/devices", this::list)
        .any("/devices", Answers.only("GET"));
  }

  private void generate(ServerRequest request, ServerResponse response) {
    Generator.Wish wish = wish(new Form(JsonBody.object(request)));
    Generator.Made made = generator.generate(wish);
    ObjectNode body = JsonBody.JSON.createObjectNode();
    body.put("created", made.created());
    body.put("existing", made.existing());
    body.put("owners", made.owners());
    body.put("seed", wish.seed());
    ArrayNode tokens = body.putArray("tokens");
    made.tokens().forEach(issued -> tokens.add(token(issued)));
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    Answers.send(response, body);
  }

  private static Generator.Wish wish(Form form) {
    Integer count = form.integerOrNull("count", 1, Generator.COUNT_MAX);
    boolean tokens = form.flag("tokens", false);
    if (count == null && form.value("count") == null) {
      form.reject("count", "is missing");
    } else if (tokens && count != null && count > Generator.TOKENS_MAX) {
      form.reject("count", "must be at most " + Generator.TOKENS_MAX + " with tokens");
    }
    int first = or(form.integerOrNull("first", 1, Integer.MAX_VALUE), 1);
    int seed = or(form.integerOrNull("seed", 0, Integer.MAX_VALUE), 1);
    boolean owners = form.flag("owners", true);
    int days = or(form.integerOrNull("token_days", 1, TOKEN_DAYS_MAX), TOKEN_DAYS);
    List<FieldError> errors = form.errors();
    if (!errors.isEmpty()) {
      throw Answers.invalid(errors);
    }
    Duration valid = tokens ? Duration.ofDays(days) : Duration.ZERO;
    return new Generator.Wish(Objects.requireNonNull(count), first, seed, owners, valid);
  }

  private static int or(@Nullable Integer given, int standard) {
    return given == null ? standard : given;
  }

  private ObjectNode token(Credentials.Issued issued) {
    Credential credential = issued.credential();
    ObjectNode node = JsonBody.JSON.createObjectNode();
    node.put("token", issued.token());
    node.put("device_id", credential.device().value());
    node.put("issued_at", credential.createdAt().toString());
    node.put("expires_at", String.valueOf(credential.expiresAt()));
    node.put("is_active", credential.isValidAt(clock.instant()));
    return node;
  }

  private void list(ServerRequest request, ServerResponse response) {
    QueryForm form = new QueryForm(request);
    int page = form.number("page", 1, PAGE_MAX, 1);
    int size = form.number("page_size", 1, DeviceQuery.LIMIT_MAX, PAGE_SIZE);
    form.check();
    DeviceQuery query = new DeviceQuery(null, null, null, null, (page - 1L) * size, size);
    long total = devices.count(query);
    long last = Math.max(1, (total + size - 1) / size);
    if (page > last) {
      response.status(Status.FOUND_302);
      response.header(HeaderNames.LOCATION, "/devices?page=" + last + "&page_size=" + size);
      response.send();
      return;
    }
    ObjectNode body = JsonBody.JSON.createObjectNode();
    body.put("messageId", messageId());
    body.put("timestamp", clock.instant().toString());
    body.put("total", total);
    body.put("page", page);
    body.put("page_size", size);
    ArrayNode found = body.putArray("response");
    devices.list(query).forEach(device -> found.add(listed(device)));
    Answers.send(response, body);
  }

  private static String messageId() {
    StringBuilder digits = new StringBuilder(MESSAGE_ID_DIGITS);
    ThreadLocalRandom.current()
        .ints(MESSAGE_ID_DIGITS, '0', '9' + 1)
        .forEach(digit -> digits.append((char) digit));
    return digits.toString();
  }

  private static ObjectNode listed(Device device) {
    ObjectNode node = JsonBody.JSON.createObjectNode();
    node.put("deviceId", device.id().value());
    ObjectNode about = node.putObject("deviceInfo");
    about.put("deviceType", device.type());
    about.put("modelName", device.model());
    about.put("alias", device.name());
    about.put("reportable", isReportable(device));
    return node;
  }

  private static boolean isReportable(Device device) {
    return device.enabled() && !Boolean.FALSE.equals(device.metadata().get("reportable"));
  }
}
