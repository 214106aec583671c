package weir.view;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;

/// `GET /api/books`: the books at this moment; `POST /api/audit`: the books held against what the
/// log and the store really hold. An audit reads everything and answers when it is done.
public final class BooksApi implements HttpService {

  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  /// As [Books.Sheet], with the verdict.
  record BooksAnswer(
      boolean balanced,
      List<Books.Line> families,
      Books.Line total,
      long unread,
      List<String> findings) {

    static BooksAnswer of(Books.Sheet sheet) {
      return new BooksAnswer(
          sheet.balanced(), sheet.families(), sheet.total(), sheet.unread(), sheet.findings());
    }
  }

  /// As [Audit.Report], with the verdict.
  record AuditAnswer(
      boolean clean,
      long checked,
      long stored,
      long repeated,
      long setAside,
      long retired,
      long missing,
      long storedTwice,
      List<String> examples,
      BooksAnswer books) {}

  private final Books books;
  private final Audit audit;

  public BooksApi(Books books, Audit audit) {
    this.books = books;
    this.audit = audit;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/api/books", this::showBooks).post("/api/audit", this::runAudit);
  }

  private void showBooks(ServerRequest request, ServerResponse response) throws Exception {
    send(response, BooksAnswer.of(books.sheet()));
  }

  private void runAudit(ServerRequest request, ServerResponse response) throws Exception {
    Audit.Report report = audit.run();
    send(
        response,
        new AuditAnswer(
            report.clean(),
            report.checked(),
            report.stored(),
            report.repeated(),
            report.setAside(),
            report.retired(),
            report.missing(),
            report.storedTwice(),
            report.examples(),
            BooksAnswer.of(report.books())));
  }

  private static void send(ServerResponse response, Object answer) throws Exception {
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(JSON.writeValueAsBytes(answer));
  }
}
