package weir.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import weir.event.ProblemException;

/// `POST /api/backups` makes a backup and answers when it is done.
final class BackupApi implements HttpService {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Backup backup;

  BackupApi(Backup backup) {
    this.backup = backup;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.post("/api/backups", this::make);
  }

  private void make(ServerRequest request, ServerResponse response) throws IOException {
    Backup.Made made =
        backup
            .make()
            .orElseThrow(() -> ProblemException.of(409, "Conflict", "a backup is under way"));
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("folder", made.folder().toAbsolutePath().normalize().toString());
    body.put("bytes", made.bytes());
    body.put("millis", made.took().toMillis());
    body.put("elsewhere", made.elsewhere());
    response.status(Status.CREATED_201);
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    response.send(JSON.writeValueAsBytes(body));
  }
}
