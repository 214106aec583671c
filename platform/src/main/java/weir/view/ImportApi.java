package weir.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import weir.device.Devices;
import weir.device.Devices.Upsert;
import weir.device.FieldError;
import weir.event.ProblemException;

/// `POST /api/devices/import`: creates or changes many devices from CSV or JSON lines, and says row
/// by row what became of them.
///
/// The body is read as a stream and stored a thousand rows at a time, each thousand in one
/// transaction. Sending the same body again changes nothing. To be registered before [DeviceApi].
public final class ImportApi implements HttpService {

  private static final int ROWS_PER_TRANSACTION = 1_000;
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Devices devices;
  private final int rowsMax;

  public ImportApi(Devices devices, int rowsMax) {
    this.devices = devices;
    this.rowsMax = rowsMax;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.post("/api/devices/import", this::load).any("/api/devices/import", Answers.only("POST"));
  }

  private void load(ServerRequest request, ServerResponse response) throws IOException {
    String type =
        JsonBody.mediaType(
            request, "text/csv", "application/x-ndjson", "application/jsonl", "application/ndjson");
    ImportReport report = new ImportReport(detail(request));
    try (InputStream in = new BufferedInputStream(body(request), BUFFER_BYTES)) {
      LineReader lines = new LineReader(in);
      store(type.equals("text/csv") ? new CsvRows(lines) : ImportRows.ofJsonLines(lines), report);
    }
    response.header(HeaderNames.CONTENT_TYPE, "application/json");
    try (OutputStream out = response.outputStream()) {
      report.writeTo(out);
    }
  }

  private static InputStream body(ServerRequest request) {
    if (!request.content().hasEntity()) {
      throw ProblemException.of(400, "Unreadable body", "there are no rows");
    }
    return request.content().inputStream();
  }

  private static ImportReport.Detail detail(ServerRequest request) {
    QueryForm form = new QueryForm(request);
    String report = form.text("report");
    form.check();
    if (report == null || report.equals("all")) {
      return ImportReport.Detail.ALL;
    }
    if (report.equals("failed")) {
      return ImportReport.Detail.FAILED;
    }
    throw ProblemException.invalid("report", "must be all or failed");
  }

  private void store(ImportRows rows, ImportReport report) throws IOException {
    List<ImportRow> some = new ArrayList<>(ROWS_PER_TRANSACTION);
    ImportRow row = rows.next();
    while (row != null) {
      some.add(row);
      if (report.rowCount() + some.size() > rowsMax) {
        storeSome(some.subList(0, some.size() - 1), report);
        throw ProblemException.of(
            413, "Too large", "the first " + rowsMax + " rows were imported, the rest was not");
      }
      if (some.size() == ROWS_PER_TRANSACTION) {
        storeSome(some, report);
        some.clear();
      }
      row = rows.next();
    }
    storeSome(some, report);
  }

  private void storeSome(List<ImportRow> some, ImportReport report) throws IOException {
    List<ObjectNode> forms = new ArrayList<>(some.size());
    for (ImportRow row : some) {
      if (row instanceof ImportRow.Legible legible) {
        forms.add(legible.device());
      }
    }
    List<Upsert> results = devices.upsert(forms);
    int next = 0;
    for (ImportRow row : some) {
      switch (row) {
        case ImportRow.Legible(long line, ObjectNode device) ->
            report.add(line, id(device), results.get(next++));
        case ImportRow.Illegible(long line, String reason) ->
            report.add(
                line, null, new Upsert(Upsert.Result.FAILED, List.of(new FieldError("", reason))));
      }
    }
  }

  private static @Nullable String id(ObjectNode device) {
    JsonNode id = device.path("id");
    return id.isTextual() && id.textValue().length() <= 128 ? id.textValue() : null;
  }
}
