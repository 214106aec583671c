package weir.view;

import io.helidon.webserver.http.ServerRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import weir.device.DeviceId;
import weir.device.FieldError;

/// Reads the query parameters of a request and notes everything that is wrong with them. Owned by
/// one thread; [#check] is to be called last.
public final class QueryForm {

  private static final int TEXT_MAX = 256;

  private final ServerRequest request;
  private final Set<String> known = new HashSet<>();
  private final List<FieldError> errors = new ArrayList<>();

  public QueryForm(ServerRequest request) {
    this.request = request;
  }

  public @Nullable String text(String name) {
    known.add(name);
    String text = request.query().first(name).orElse("");
    if (text.length() > TEXT_MAX) {
      errors.add(new FieldError(name, "must be at most " + TEXT_MAX + " characters"));
    }
    return text.isEmpty() ? null : text;
  }

  public @Nullable Boolean flag(String name) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    if (!text.equals("true") && !text.equals("false")) {
      errors.add(new FieldError(name, "must be true or false"));
    }
    return text.equals("true");
  }

  /// A device id; null when it is left out.
  public @Nullable DeviceId device(String name) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    DeviceId device = DeviceId.parse(text).orElse(null);
    if (device == null) {
      errors.add(new FieldError(name, "must be a device id"));
    }
    return device;
  }

  public int number(String name, int min, int max, int otherwise) {
    String text = text(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      errors.add(new FieldError(name, "must be a whole number"));
      return otherwise;
    }
    errors.add(new FieldError(name, "must be " + min + " to " + max));
    return otherwise;
  }

  /// One of the constants of an enum, by its name in lower case; null when it is left out.
  <E extends Enum<E>> @Nullable E choice(String name, Class<E> choices) {
    String text = text(name);
    if (text == null) {
      return null;
    }
    List<String> names = new ArrayList<>();
    for (E choice : choices.getEnumConstants()) {
      String known = choice.name().toLowerCase(Locale.ROOT);
      if (known.equals(text)) {
        return choice;
      }
      names.add(known);
    }
    errors.add(new FieldError(name, "must be one of " + String.join(", ", names)));
    return null;
  }

  public void wrong(String name, String detail) {
    errors.add(new FieldError(name, detail));
  }

  /// Ends the request when a parameter is wrong or unknown.
  public void check() {
    for (String name : request.query().names()) {
      if (!known.contains(name)) {
        errors.add(new FieldError(name, "is not a known parameter"));
      }
    }
    if (!errors.isEmpty()) {
      throw Answers.invalid(errors);
    }
  }
}
