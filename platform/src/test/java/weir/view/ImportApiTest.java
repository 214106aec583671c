package weir.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.device.Device;
import weir.device.DeviceId;
import weir.view.RegistryServer.Answer;

class ImportApiTest {

  private static final String PATH = "/api/devices/import";
  private static final String CSV = "text/csv";
  private static final String LINES = "application/x-ndjson";

  @TempDir private Path folder;
  private RegistryServer server;

  @BeforeEach
  void start() {
    server = new RegistryServer(folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Device device(String id) {
    return server.registry.devices().find(new DeviceId(id)).orElseThrow();
  }

  @Test
  void goodRowsAreStoredAndBadOnesReported() {
    Answer answer =
        server.send(
            "POST",
            PATH,
            CSV,
            """
            id,type,name,enabled,metadata.floor,metadata.serial
            a-1,hvac,"Unit ""A"", roof",true,3,007
            a-2,nonsense,Unit B,true,,
            a-3,hvac
            a b,hvac,Unit D,perhaps,,

            breaker-001,smart_breaker,Renamed,,,
            a-4,hvac,"line one
            line two",false,,
            a-1,hvac,Unit A2,,,
            """);
    assertThat(answer.status()).isEqualTo(200);
    JsonNode report = answer.json();
    assertThat(report.get("rows").asInt()).isEqualTo(7);
    assertThat(report.get("created").asInt()).isEqualTo(2);
    assertThat(report.get("updated").asInt()).isEqualTo(2);
    assertThat(report.get("failed").asInt()).isEqualTo(3);
    assertThat(report.get("report").findValuesAsText("line"))
        .containsExactly("2", "3", "4", "5", "7", "8", "10");
    assertThat(report.at("/report/1/reason").asText())
        .isEqualTo("type is not a registered device type");
    assertThat(report.at("/report/2/reason").asText()).isEqualTo("has 2 cells, not 6");
    assertThat(report.at("/report/3/reason").asText()).contains("id must be", "enabled must be");

    assertThat(device("a-1").name()).isEqualTo("Unit A2");
    assertThat(device("a-1").metadata()).containsEntry("floor", 3).containsEntry("serial", "007");
    assertThat(device("breaker-001").name()).isEqualTo("Renamed");
    assertThat(device("breaker-001").location()).isEqualTo("electrical_room_a");
    assertThat(device("a-4").name()).isEqualTo("line one\nline two");
    assertThat(device("a-4").enabled()).isFalse();
  }

  @Test
  void jsonLinesAreReadOneByOne() {
    Answer answer =
        server.send(
            "POST",
            PATH,
            LINES,
            """
            {"id": "j-1", "type": "lighting", "metadata": {"lamps": 12}}
            {"id": "j-2", "type":
            []

            {"id": "j-3", "type": "lighting", "wattage": 5}
            {"id": "j-4", "type": "lighting"}""");
    JsonNode report = answer.json();
    assertThat(report.get("created").asInt()).isEqualTo(2);
    assertThat(report.get("report").findValuesAsText("line"))
        .containsExactly("1", "2", "3", "5", "6");
    assertThat(report.at("/report/1/reason").asText()).startsWith("is not JSON");
    assertThat(report.at("/report/3/reason").asText()).isEqualTo("wattage is not a known field");
    assertThat(device("j-1").metadata()).containsEntry("lamps", 12);
  }

  @Test
  void theSameImportAgainChangesNothing() {
    String rows = "id,type,location\nsame-1,hvac,Roof\nsame-2,hvac,\n";
    server.send("POST", PATH, CSV, rows);
    JsonNode again = server.send("POST", PATH, CSV, rows).json();
    assertThat(again.get("unchanged").asInt()).isEqualTo(2);
    assertThat(device("same-1").version()).isEqualTo(1);
  }

  @Test
  void aRowOfAnOlderVersionIsRefused() {
    String export = "{\"id\":\"v-1\",\"type\":\"hvac\",\"name\":\"%s\",\"version\":%d}\n";
    server.send("POST", PATH, LINES, export.formatted("First", 7));
    server.send("POST", PATH, LINES, export.formatted("Second", 1));

    JsonNode report =
        server
            .send("POST", PATH, LINES, export.formatted("Old", 1) + export.formatted("Second", 1))
            .json();

    assertThat(report.at("/report/0/status").asText()).isEqualTo("failed");
    assertThat(report.at("/report/0/reason").asText())
        .isEqualTo("version is not the device's, which is 2 now");
    assertThat(report.at("/report/1/status").asText()).isEqualTo("unchanged");
    assertThat(device("v-1").name()).isEqualTo("Second");
  }

  @Test
  void aHeaderThatNamesNoColumnsIsRefused() {
    assertThat(server.send("POST", PATH, CSV, "").status()).isIn(400, 422);
    assertThat(server.send("POST", PATH, CSV, "type,name\nhvac,x\n").status()).isEqualTo(422);
    assertThat(server.send("POST", PATH, CSV, "id,colour\na,red\n").status()).isEqualTo(422);
    assertThat(server.send("POST", PATH, "application/json", "{}").status()).isEqualTo(415);
  }

  @Test
  void aRowThatNeverEndsIsReportedAndTheRestGoesOn() {
    String endless = "{\"id\": \"" + "x".repeat(100_000) + "\"}\n";
    JsonNode report =
        server
            .send("POST", PATH, LINES, endless + "{\"id\": \"ok-1\", \"type\": \"hvac\"}\n")
            .json();
    assertThat(report.get("failed").asInt()).isEqualTo(1);
    assertThat(report.get("created").asInt()).isEqualTo(1);
  }

  @Test
  void aHundredThousandDevicesTakeSecondsAndCanBePagedThrough() {
    StringBuilder rows = new StringBuilder("id,type,name,location,metadata.building\n");
    for (int i = 0; i < 100_000; i++) {
      rows.append("bulk-%06d,smart_meter,Meter %d,Street %d,%d%n".formatted(i, i, i % 500, i % 7));
    }
    Duration before = cpuTime();
    JsonNode report = server.send("POST", PATH + "?report=failed", CSV, rows.toString()).json();
    Duration imported = cpuTime();
    assertThat(report.get("created").asInt()).isEqualTo(100_000);
    assertThat(report.get("report")).isEmpty();
    assertThat(imported.minus(before)).isLessThan(Duration.ofSeconds(20));

    assertThat(server.get("/api/devices?page_size=100&cursor=bulk-090000").json().get("items"))
        .hasSize(100);
    assertThat(server.get("/api/devices?page=900&page_size=100").json().get("items")).hasSize(100);
    assertThat(server.get("/api/devices?type=smart_meter&q=Street+77").json().get("total").asInt())
        .isEqualTo(200);
    assertThat(cpuTime().minus(imported)).isLessThan(Duration.ofSeconds(3));
  }

  /// What this process worked, however busy the machine is; server and client are both in it.
  private static Duration cpuTime() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
  }

  @Test
  void moreRowsThanTheLimitAreRefused() {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i <= RegistryServer.IMPORT_ROWS_MAX; i++) {
      rows.append("[]\n");
    }
    Answer answer = server.send("POST", PATH + "?report=failed", LINES, rows.toString());
    assertThat(answer.status()).isEqualTo(413);
  }
}
