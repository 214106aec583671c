package weir.subscriber;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import weir.device.FieldError;
import weir.device.Form;

/// An application as it comes in: checked, and laid over what is there when it is a change.
final class ApplicationForm {

  private static final int NAME_MAX = 100;
  private static final int VERSION_MAX = 20;
  private static final int EMAIL_MAX = 254;
  private static final int DESCRIPTION_MAX = 1_000;
  private static final int CATEGORY_MAX = 50;
  private static final int TYPE_MAX = 64;
  private static final Set<String> PLATFORMS = Set.of("web", "mobile", "desktop", "api");
  private static final Pattern EMAIL = Pattern.compile("[^@\\s]+@[^@\\s]+\\.[^@\\s]+");
  private static final Pattern TYPE = Pattern.compile("[A-Za-z0-9_-]+");

  private final ObjectNode node;
  private final Form form;
  private final @Nullable Application old;
  private final Application application;
  private final String email;
  private final @Nullable String callbackUrl;

  /// @param old what a change starts from; null for a new one
  ApplicationForm(
      ObjectNode node, String id, @Nullable Application old, String email, Instant now) {
    this.node = node;
    this.form = new Form(node);
    this.old = old;
    form.ignore("id", "created_at", "updated_at");
    this.email = email(email);
    this.callbackUrl = form.textOrNull("callback_url", CallbackUrls.LENGTH_MAX);
    this.application =
        new Application(
            id,
            required("name", NAME_MAX, old == null ? "" : old.name()),
            required("developer", NAME_MAX, old == null ? "" : old.developer()),
            required("version", VERSION_MAX, old == null ? "" : old.version()),
            optional("description", DESCRIPTION_MAX, old == null ? null : old.description()),
            optional("category", CATEGORY_MAX, old == null ? null : old.category()),
            platform(),
            deviceTypes(),
            status(),
            old == null ? now : old.createdAt(),
            now);
  }

  private String required(String field, int max, String otherwise) {
    return old != null && !node.has(field) ? otherwise : form.text(field, max);
  }

  private @Nullable String optional(String field, int max, @Nullable String otherwise) {
    String text = form.textOrNull(field, max);
    return node.has(field) ? text : otherwise;
  }

  private String email(String otherwise) {
    String text = required("contact_email", EMAIL_MAX, otherwise);
    if (!text.isEmpty() && !EMAIL.matcher(text).matches()) {
      form.reject("contact_email", "must be an e-mail address");
    }
    return text;
  }

  private @Nullable String platform() {
    String text = optional("platform", CATEGORY_MAX, old == null ? null : old.platform());
    if (text != null && !PLATFORMS.contains(text)) {
      form.reject("platform", "must be web, mobile, desktop or api");
    }
    return text;
  }

  private List<String> deviceTypes() {
    List<String> types = form.texts("devicetypes", TYPE_MAX).stream().distinct().sorted().toList();
    if (old != null && !node.has("devicetypes")) {
      return old.deviceTypes();
    }
    if (!types.stream().allMatch(type -> TYPE.matcher(type).matches())) {
      form.reject("devicetypes", "must be names of 1 to 64 characters of [A-Za-z0-9_-]");
    }
    return types;
  }

  private Application.Status status() {
    Application.Status otherwise = old == null ? Application.Status.ACTIVE : old.status();
    String text = form.text("status", CATEGORY_MAX, otherwise.text());
    Optional<Application.Status> status = Application.Status.parse(text);
    if (status.isEmpty()) {
      form.reject("status", "must be active, inactive or pending");
    }
    return status.orElse(otherwise);
  }

  Application application() {
    return application;
  }

  String email() {
    return email;
  }

  /// The callback URL when the form names one.
  Optional<String> callbackUrl() {
    return Optional.ofNullable(callbackUrl);
  }

  /// Whether the form takes the callback URL away.
  boolean dropsCallback() {
    return node.has("callback_url") && node.get("callback_url").isNull();
  }

  List<FieldError> errors() {
    return form.errors();
  }
}
