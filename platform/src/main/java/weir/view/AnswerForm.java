package weir.view;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.util.Locale;

/// In which form an answer is wanted: `format=csv`, or a wish for `text/csv`; JSON otherwise.
enum AnswerForm {
  JSON,
  CSV;

  static AnswerForm of(ServerRequest request, QueryForm form) {
    String format = form.text("format");
    if (format == null) {
      String accept = request.headers().first(HeaderNames.ACCEPT).orElse("");
      return accept.toLowerCase(Locale.ROOT).contains("text/csv") ? CSV : JSON;
    }
    switch (format) {
      case "csv" -> {
        return CSV;
      }
      case "json" -> {
        return JSON;
      }
      default -> {
        form.wrong("format", "must be json or csv");
        return JSON;
      }
    }
  }
}
