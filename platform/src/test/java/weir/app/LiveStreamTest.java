package weir.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The streams behind the console, over HTTP.
class LiveStreamTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path folder;

  private static TestPlatform test;

  @BeforeAll
  static void start() {
    test = new TestPlatform(folder, Map.of());
  }

  @AfterAll
  static void stop() {
    test.close();
  }

  /// An open stream of server-sent events.
  private record Open(BufferedReader lines) implements AutoCloseable {

    /// Lines up to the one that starts so; all there are when the stream ends before.
    List<String> until(String start) {
      return assertTimeoutPreemptively(
          SOON,
          () -> {
            List<String> read = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
              read.add(line);
              if (line.startsWith(start)) {
                return read;
              }
            }
            read.add("END");
            return read;
          });
    }

    @Override
    public void close() throws IOException {
      lines.close();
    }
  }

  private static Open open(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(test.url() + path)).headers(headers).build();
    var response = HTTP.send(request, BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    return new Open(
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
  }

  private static Open openAfter(String place, String path)
      throws IOException, InterruptedException {
    return open(path, "Authorization", "Bearer " + TestPlatform.TOKEN, "Last-Event-ID", place);
  }

  private static void ingest(String device) {
    String body =
        "{\"device_id\":\"%s\",\"temperature\":21,\"humidity\":40,\"timestamp\":%d}"
            .formatted(device, System.currentTimeMillis());
    assertThat(test.post("/ingest", body).statusCode()).isEqualTo(202);
  }

  /// The place behind everything that is in a topic now.
  private static String ends(String topic) throws IOException {
    JsonNode topics = JSON.readTree(test.get("/api/topics").body()).path("topics");
    return StreamSupport.stream(topics.spliterator(), false)
        .filter(each -> each.path("name").asText().equals(topic))
        .flatMap(each -> StreamSupport.stream(each.path("partitions").spliterator(), false))
        .map(each -> each.path("partition").asInt() + ":" + each.path("end").asLong())
        .collect(Collectors.joining(","));
  }

  @Test
  void aTailGoesOnWhereItsBrowserWas() throws IOException, InterruptedException {
    String place = ends("iot.raw");
    ingest("tail-1");

    String next;
    try (Open tail = openAfter(place, "/api/topics/iot.raw/tail")) {
      assertThat(tail.until("data: {")).last().asString().contains("tail-1");
      next = tail.until("id: ").getLast().substring(4);
    }
    ingest("tail-2");
    try (Open tail = openAfter(next, "/api/topics/iot.raw/tail")) {
      assertThat(tail.until("data: {")).last().asString().contains("tail-2");
    }
  }

  @Test
  void aTailOfOnePartitionShowsNoOther() throws IOException, InterruptedException {
    String place = ends("iot.raw");
    for (int device = 0; device < 40; device++) {
      ingest("spread-" + device);
    }

    try (Open tail = openAfter(place, "/api/topics/iot.raw/tail?partition=1")) {
      List<String> told = new ArrayList<>(tail.until("data: {"));
      told.addAll(tail.until("id: "));
      assertThat(told)
          .filteredOn(line -> line.startsWith("data: {"))
          .isNotEmpty()
          .allMatch(line -> line.contains("\"partition\":1,"));
    }
  }

  @Test
  void theLiveStreamTellsWhatPassedWhileItsBrowserWasAway()
      throws IOException, InterruptedException {
    String place = ends("iot.raw");
    ingest("away-1");
    ingest("away-2");

    try (Open live = openAfter(place, "/api/live?messages=raw&figures=false")) {
      live.until("event: skipped");
      assertThat(live.until("data: ")).last().isEqualTo("data: 2");
    }
  }

  /// Who is signed in to the console.
  private record Guest(String setCookie, String csrf) {
    String cookie() {
      return setCookie.split(";", 2)[0];
    }
  }

  private static Guest signIn(String... headers) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(test.url() + "/api/session"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"token\":\"" + TestPlatform.TOKEN + "\"}"));
    if (headers.length > 0) {
      request.headers(headers);
    }
    var response = HTTP.send(request.build(), BodyHandlers.ofString());
    return new Guest(
        response.headers().firstValue("Set-Cookie").orElseThrow(),
        JSON.readTree(response.body()).path("csrf").asText());
  }

  @Test
  void signingOutEndsOpenStreams() throws IOException, InterruptedException {
    Guest guest = signIn();

    try (Open live = open("/api/live", "Cookie", guest.cookie());
        Open tail = open("/api/topics/iot.raw/tail", "Cookie", guest.cookie())) {
      live.until("event: figures");
      var out =
          HTTP.send(
              HttpRequest.newBuilder(URI.create(test.url() + "/api/session"))
                  .header("Cookie", guest.cookie())
                  .header("X-CSRF-Token", guest.csrf())
                  .DELETE()
                  .build(),
              BodyHandlers.discarding());
      assertThat(out.statusCode()).isEqualTo(204);

      assertThat(live.until("never")).endsWith("END");
      assertThat(tail.until("never")).endsWith("END");
    }
  }

  @Test
  void aSessionChangesNothingWithoutTheCsrfToken() throws IOException, InterruptedException {
    var change =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(test.url() + "/api/devices"))
                .header("Content-Type", "application/json")
                .header("Cookie", signIn().cookie())
                .POST(BodyPublishers.ofString("{\"id\":\"forged\",\"type\":\"sensor\"}"))
                .build(),
            BodyHandlers.discarding());

    assertThat(change.statusCode()).isEqualTo(403);
    assertThat(test.get("/api/devices/forged").statusCode()).isEqualTo(404);
  }

  @Test
  void behindTlsTheCookieIsSecure() throws IOException, InterruptedException {
    assertThat(signIn().setCookie()).doesNotContain("Secure");
    assertThat(signIn("X-Forwarded-Proto", "https").setCookie()).contains("; Secure");
  }

  private static String register(String name) throws IOException {
    String made =
        test.post(
                "/api/applications",
                """
                {"name": "%s", "developer": "Test", "version": "1.0.0",
                 "contact_email": "test@example.org", "devicetypes": ["sensor"]}
                """
                    .formatted(name))
            .body();
    return JSON.readTree(made).path("application").path("id").asText();
  }

  /// A stream looks at least every ten seconds, so that the test takes as long.
  @Test
  void aRegistrationThatIsChangedOrRemovedEndsOpenStreams()
      throws IOException, InterruptedException {
    String changed = register("Watcher");
    String removed = register("Passing");
    try (Open one = openAfter("", "/api/live?application=" + changed);
        Open other = openAfter("", "/api/live?application=" + removed)) {
      one.until("retry: ");
      other.until("retry: ");
      String change = "{\"devicetypes\": [\"smart_meter\"]}";
      assertThat(test.send("PATCH", "/api/applications/" + changed, change).statusCode())
          .isEqualTo(200);
      assertThat(test.send("DELETE", "/api/applications/" + removed, "").statusCode())
          .isEqualTo(200);

      assertThat(one.until("never")).endsWith("END");
      assertThat(other.until("never")).endsWith("END");
    }
    assertThat(test.get("/api/live?application=" + removed).statusCode()).isEqualTo(404);
  }

  /// A connection that asked for a stream, and reads nothing until it is told to.
  private static Socket silent(String path) throws IOException {
    URI server = URI.create(test.url());
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4_096);
    socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
    String request =
        "GET %s HTTP/1.1\r\nHost: weir\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(path, TestPlatform.TOKEN);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  /// Each message is twice as long on the stream as it is here, so that what the system holds
  /// for a connection is soon full.
  @Test
  void whoReadsNothingHoldsNobodyUpAndIsToldWhatItMissed()
      throws IOException, InterruptedException {
    String message =
        "{\"device_id\":\"long-1\",\"temperature\":21,\"humidity\":40,\"timestamp\":%d%s}"
            .formatted(System.currentTimeMillis(), "\n".repeat(16_000));
    try (Socket live = silent("/api/live?messages=raw&figures=false");
        Socket tail = silent("/api/topics/iot.raw/tail");
        Open other = openAfter("", "/api/live?messages=none")) {
      for (int beat = 0; beat < 36; beat++) {
        for (int i = 0; i < 8; i++) {
          assertThat(test.post("/ingest", message).statusCode()).isEqualTo(202);
        }
        assertThat(other.until("event: figures")).last().isEqualTo("event: figures");
      }

      Open woken = new Open(lines(live));
      woken.until("event: missed");
      String missed = woken.until("data: ").getLast();
      assertThat(Long.parseLong(missed.substring("data: ".length()))).isPositive();
      assertThat(new Open(lines(tail)).until("data: {")).last().asString().contains("long-1");
    }
  }

  private static BufferedReader lines(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }
}
