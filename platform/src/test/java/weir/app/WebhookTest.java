package weir.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import weir.testkit.WebhookReceiver;

/// The whole way of a service in one process: register, subscribe, get events, over real sockets.
class WebhookTest extends WebhookScene {

  @Test
  void deliversASignedEventToTheServiceThatSubscribed() throws Exception {
    createDevice("hook-1");
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      Service service = register("deliver", receiver.url());
      assertThat(subscribe(service, "hook-1").status()).isEqualTo(202);
      awaitActive(service);
      ingest("hook-1", "hook-1-first");
      ingest("hook-2", "hook-2-first");
      Awaitility.await().atMost(SOON).until(() -> receiver.ids().contains("hook-1-first"));
      WebhookReceiver.Received received = receiver.received().getFirst();
      assertThat(JSON.readTree(received.body()).path("device_id").asText()).isEqualTo("hook-1");
      assertThat(received.header("webhook-signature")).startsWith("v1,");
      assertThat(receiver.ids()).containsOnly("hook-1-first");
    }
  }

  @Test
  void answersRegistrationAndTokensAsDocumented() throws Exception {
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      Service service = register("documented", receiver.url());
      String again =
          "{\"service_name\":\"documented\",\"callback_url\":\"%s\"}".formatted(receiver.url());
      assertThat(call("POST", "/register", "", again).status()).isEqualTo(409);
      assertThat(call("POST", "/register", "", "{}").status()).isEqualTo(422);
      String wrong = "{\"service_id\":\"%s\",\"service_key\":\"wrong\"}".formatted(service.id());
      assertThat(call("POST", "/token", "", wrong).status()).isEqualTo(401);
      Answer rotated =
          call(
              "POST", "/api/applications/" + service.id() + "/regenerate-key", service.token(), "");
      String old =
          "{\"service_id\":\"%s\",\"service_key\":\"%s\"}".formatted(service.id(), service.key());
      assertThat(call("POST", "/token", "", old).status()).isEqualTo(401);
      String fresh = rotated.body().path("new_api_key").asText();
      String renewed =
          "{\"service_id\":\"%s\",\"service_key\":\"%s\"}".formatted(service.id(), fresh);
      assertThat(call("POST", "/token", "", renewed).status()).isEqualTo(200);
    }
  }

  @Test
  void refusesWhatCannotBeAndLeavesStrangersAlone() throws Exception {
    createDevice("without-url");
    String form =
        """
        {"name":"No callback","developer":"Company","version":"1.0.0",
         "contact_email":"a@example.com","description":"to be removed"}\
        """;
    Answer made = call("POST", "/api/applications", TOKEN, form);
    assertThat(call("POST", "/api/applications", TOKEN, form).status()).isEqualTo(409);
    String id = made.body().path("application").path("id").asText();
    String subscription = "{\"service_id\":\"%s\"}".formatted(id);
    assertThat(call("POST", "/subscribe/without-url", TOKEN, subscription).status()).isEqualTo(409);
    Answer removed = call("PATCH", "/api/applications/" + id, TOKEN, "{\"description\":null}");
    assertThat(removed.body().path("application").path("description").isNull()).isTrue();
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      Service stranger = register("stranger", receiver.url());
      assertThat(call("DELETE", "/api/applications/" + id, stranger.token(), "").status())
          .isEqualTo(403);
      assertThat(call("GET", "/api/applications", stranger.token(), "").status()).isEqualTo(403);
    }
    assertThat(call("GET", "/api/applications/" + id, TOKEN, "").status()).isEqualTo(200);
  }

  /// Loopback is allowed here, other private addresses are not; all are refused with one text.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/latest",
        "http://10.0.0.1/",
        "http://[fd00:ec2::254]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[::ffff:a00:1]/",
        "http://2852039166/",
        "http://user@8.8.8.8/",
        "http://8.8.8.8:22/",
        "file:///etc/passwd"
      })
  void refusesCallbacksToAddressesThatAreNotPublic(String url) throws Exception {
    String name = "inward " + url;
    String service = "{\"service_name\":\"%s\",\"callback_url\":\"%s\"}".formatted(name, url);
    assertRefused(call("POST", "/register", "", service), "callback_url");
    String application =
        """
        {"name":"%s","developer":"Company","version":"1","contact_email":"a@example.com",
         "callback_url":"%s"}\
        """
            .formatted(name, url);
    assertRefused(call("POST", "/api/applications", TOKEN, application), "callback_url");
    Service outward = register("outward " + url, "https://8.8.8.8/hook");
    String path = "/api/applications/" + outward.id() + "/endpoint";
    String change = "{\"url\":\"%s\"}".formatted(url);
    assertRefused(call("PATCH", path, outward.token(), change), "url");
    assertThat(call("GET", path, outward.token(), "").body().path("url").asText())
        .isEqualTo("https://8.8.8.8/hook");
  }

  private static void assertRefused(Answer answer, String field) {
    assertThat(answer.status()).isEqualTo(422);
    JsonNode error = answer.body().path("errors").path(0);
    assertThat(error.path("field").asText()).isEqualTo(field);
    assertThat(error.path("detail").asText()).contains("to a public address");
  }

  @Test
  void listsApplicationsByWhatIsAskedFor() throws Exception {
    for (String kind : List.of("web,meters,active", "mobile,meters,pending", "web,doors,active")) {
      String[] parts = kind.split(",", -1);
      String form =
          """
          {"name":"Listed %s","developer":"Company","version":"1","contact_email":"a@example.com",
           "platform":"%s","category":"%s","status":"%s"}\
          """
              .formatted(kind, parts[0], parts[1], parts[2]);
      assertThat(call("POST", "/api/applications", TOKEN, form).status()).isEqualTo(201);
    }
    assertThat(listed("?category=meters"))
        .containsExactlyInAnyOrder("Listed web,meters,active", "Listed mobile,meters,pending");
    assertThat(listed("?category=meters&platform=web")).containsExactly("Listed web,meters,active");
    assertThat(listed("?status=pending")).containsExactly("Listed mobile,meters,pending");
    assertThat(listed("?category=none")).isEmpty();
    assertThat(listed("")).hasSizeGreaterThan(2);
    assertThat(call("GET", "/api/applications?nosuch=1", TOKEN, "").status()).isEqualTo(422);
  }

  private static List<String> listed(String query) throws Exception {
    return call("GET", "/api/applications" + query, TOKEN, "")
        .body()
        .path("applications")
        .findValuesAsText("name");
  }

  @Test
  void renewsCancelsAndListsSubscriptionsByStatus() throws Exception {
    createDevice("renewed");
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      Service service = register("renews", receiver.url());
      assertThat(subscribe(service, "renewed").status()).isEqualTo(202);
      awaitActive(service);
      JsonNode first = only(service, "active");
      String path = "/api/subscriptions/" + first.path("id").asText();
      assertThat(call("POST", path + "/renew", service.token(), "{\"expiry_hours\":50}").status())
          .isEqualTo(202);
      Awaitility.await()
          .atMost(SOON)
          .until(
              () ->
                  Duration.between(
                              Instant.parse(first.path("subscribed_at").asText()),
                              Instant.parse(only(service, "active").path("expires_at").asText()))
                          .toHours()
                      == 50);
      assertThat(call("DELETE", path, service.token(), "").status()).isEqualTo(202);
      Awaitility.await().atMost(SOON).until(() -> !only(service, "cancelled").isMissingNode());
      assertThat(only(service, "active").isMissingNode()).isTrue();
      assertThat(call("GET", path, service.token(), "").body().path("subscription_status").asText())
          .isEqualTo("cancelled");
    }
  }

  private static JsonNode only(Service service, String status) throws Exception {
    return call("GET", "/api/subscriptions?status=" + status, service.token(), "")
        .body()
        .path("items")
        .path(0);
  }

  /// Everything that is written anywhere but to who must have it is searched for what was planted.
  @Test
  void noSecretIsInLogsFiguresOrAttempts() throws Exception {
    createDevice("secret");
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Logger ours = (Logger) LoggerFactory.getLogger("weir");
    lines.start();
    root.addAppender(lines);
    ours.setLevel(Level.TRACE);
    try (WebhookReceiver receiver = new WebhookReceiver(any -> WebhookReceiver.Answer.of(500))) {
      Service service = register("secret", receiver.url() + "?password=planted-in-the-url");
      assertThat(subscribe(service, "secret").status()).isEqualTo(202);
      awaitActive(service);
      ingest("secret", "secret-first");
      Awaitility.await().atMost(SOON).until(() -> !receiver.received().isEmpty());
      String path = "/api/applications/" + service.id();
      assertThat(call("POST", path + "/test", service.token(), "").status()).isEqualTo(200);
      StringBuilder written = new StringBuilder();
      lines.list.forEach(line -> written.append(line.getFormattedMessage()).append('\n'));
      written.append(call("GET", path + "/attempts", service.token(), "").body());
      written.append(call("GET", path + "/deliveries", service.token(), "").body());
      written.append(call("GET", "/api/dead-letters", TOKEN, "").body());
      written.append(text("/metrics")).append(text("/health"));
      assertThat(written.toString())
          .contains("secret-first")
          .doesNotContain(service.key(), service.token(), service.secret(), TOKEN)
          .doesNotContain("planted-in-the-url")
          .doesNotContain(receiver.received().getFirst().header("webhook-signature"));
    } finally {
      ours.setLevel(null);
      root.detachAppender(lines);
    }
  }

  private static String text(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + platform.httpPort() + path))
            .build();
    return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  @Test
  void letsAnApplicationActForItselfOnly() throws Exception {
    createDevice("guarded");
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      Service one = register("one", receiver.url());
      Service other = register("other", receiver.url());
      String forOther = "{\"service_id\":\"%s\"}".formatted(other.id());
      assertThat(call("POST", "/subscribe/guarded", one.token(), forOther).status()).isEqualTo(403);
      assertThat(call("POST", "/subscribe/guarded", "", forOther).status()).isEqualTo(401);
      assertThat(call("POST", "/subscribe/guarded", "nonsense", forOther).status()).isEqualTo(401);
      assertThat(subscribe(one, "nobody-knows").status()).isEqualTo(404);
      String hours = "{\"service_id\":\"%s\",\"expiry_hours\":-1}".formatted(one.id());
      assertThat(call("POST", "/subscribe/guarded", one.token(), hours).status()).isEqualTo(422);
      assertThat(call("GET", "/api/applications/" + other.id(), one.token(), "").status())
          .isEqualTo(403);
      assertThat(call("GET", "/api/applications/" + one.id(), one.token(), "").status())
          .isEqualTo(200);
      assertThat(call("GET", "/api/devices", one.token(), "").status()).isEqualTo(403);
      assertThat(call("DELETE", "/api/applications/" + one.id(), one.token(), "").status())
          .isEqualTo(200);
      assertThat(call("GET", "/api/subscriptions", one.token(), "").status()).isEqualTo(401);
    }
  }

  @Test
  void keepsWhatAChangeOfAnApplicationDoesNotName() throws Exception {
    Answer made =
        call(
            "POST",
            "/api/applications",
            TOKEN,
            """
            {"name":"App","developer":"Company","version":"1.0.0","contact_email":"a@example.com",
             "platform":"web","category":"c","devicetypes":["smart_breaker"]}\
            """);
    assertThat(made.status()).isEqualTo(201);
    String path = "/api/applications/" + made.body().path("application").path("id").asText();
    Answer changed = call("PUT", path, TOKEN, "{\"status\":\"inactive\"}");
    assertThat(changed.body().path("application").path("devicetypes")).hasSize(1);
    assertThat(changed.body().path("application").path("platform").asText()).isEqualTo("web");
    assertThat(call("PATCH", path, TOKEN, "{\"platform\":\"toaster\"}").status()).isEqualTo(422);
    Answer types =
        call(
            "POST",
            "/api/applications/by-device-types",
            TOKEN,
            "{\"device_types\":[\"smart_breaker\",\"smart_meter\"]}");
    assertThat(types.body().path("count").asInt()).isEqualTo(2);
  }

  @Test
  void givesUpSendsAgainAndResumesWhatIsAskedFor() throws Exception {
    createDevice("bulk");
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      Service service = register("bulk", receiver.url());
      assertThat(subscribe(service, "bulk").status()).isEqualTo(202);
      awaitActive(service);
      assertThat(post(service, "/pause", "").status()).isEqualTo(200);
      ingest("bulk", "skipped");
      String waiting = "/api/applications/" + service.id() + "/deliveries";
      Awaitility.await()
          .atMost(SOON)
          .until(() -> call("GET", waiting, TOKEN, "").body().path("items").size() == 1);
      assertThat(post(service, "/skip", "").body().path("count").asInt()).isEqualTo(1);
      assertThat(post(service, "/resume", "").body().path("state").asText()).isEqualTo("active");
      ingest("bulk", "sent");
      Awaitility.await().atMost(SOON).until(() -> redelivered(service, "delivered") == 1);
      Awaitility.await().atMost(SOON).until(() -> receiver.ids().size() == 2);
      assertThat(receiver.ids()).containsOnly("sent");
      assertThat(redelivered(service, "parked")).isZero();
      for (String wrong : List.of("{}", "{\"status\":\"new\"}", "{\"cursor\":\"-1\"}")) {
        assertThat(post(service, "/redeliver", wrong).status()).as(wrong).isEqualTo(422);
      }
    }
  }

  private static int redelivered(Service service, String status) throws Exception {
    String body = "{\"status\":\"%s\"}".formatted(status);
    return post(service, "/redeliver", body).body().path("count").asInt();
  }

  @Test
  void showsDeliveriesAndSendsThemAgain() throws Exception {
    createDevice("again");
    try (WebhookReceiver receiver = new WebhookReceiver()) {
      Service service = register("again", receiver.url());
      assertThat(subscribe(service, "again").status()).isEqualTo(202);
      awaitActive(service);
      ingest("again", "again-first");
      String path = "/api/applications/" + service.id();
      Awaitility.await()
          .atMost(SOON)
          .until(
              () ->
                  call("GET", path + "/attempts", service.token(), "").body().path("items").size()
                      > 0);
      Answer delivery = call("GET", path + "/deliveries/again-first?device=again", TOKEN, "");
      assertThat(delivery.body().path("status").asText()).isEqualTo("delivered");
      assertThat(post(service, "/deliveries/again-first/redeliver?device=again", "").status())
          .isEqualTo(202);
      Awaitility.await().atMost(SOON).until(() -> receiver.ids().size() == 2);
      assertThat(receiver.ids()).containsOnly("again-first");
      assertThat(post(service, "/test", "").body().path("outcome").asText()).isEqualTo("delivered");
      assertThat(post(service, "/pause", "").body().path("state").asText()).isEqualTo("paused");
      assertThat(call("GET", path + "/deliveries", service.token(), "").status()).isEqualTo(200);
      JsonNode page = call("GET", "/api/endpoints?state=paused&cursor=0&limit=1", TOKEN, "").body();
      assertThat(page.path("items")).hasSize(1);
      boolean alone = page.at("/counts/paused").asInt() == 1;
      assertThat(page.path("next_cursor").isNull()).isEqualTo(alone);
      assertThat(
              call("PATCH", path + "/endpoint", service.token(), "{\"order\":\"device\"}")
                  .body()
                  .path("order")
                  .asText())
          .isEqualTo("device");
      assertThat(post(service, "/rotate-secret", "").status()).isEqualTo(200);
    }
  }
}
