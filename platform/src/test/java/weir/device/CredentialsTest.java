package weir.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import weir.testkit.TestEngine;

@ParameterizedClass
@EnumSource(TestEngine.class)
class CredentialsTest {

  private final TestEngine engine;

  CredentialsTest(TestEngine engine) {
    this.engine = engine;
  }

  private static final DeviceId DEVICE = new DeviceId("breaker-001");
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private Path folder;
  private Instant now = Instant.parse("2026-03-01T12:00:00Z");
  private Registry registry;
  private Credentials credentials;

  @BeforeEach
  void open() {
    registry = new Registry(engine.in(folder, "registry.db"), DeviceSettings.defaults(), () -> now);
    credentials = registry.credentials();
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private Credentials.Issued issue() {
    return issue(JSON.createObjectNode());
  }

  private Credentials.Issued issue(ObjectNode form) {
    Outcome<Credentials.Issued> outcome = credentials.issue(DEVICE, form);
    assertThat(outcome).isInstanceOf(Outcome.Saved.class);
    return ((Outcome.Saved<Credentials.Issued>) outcome).value();
  }

  @Test
  void aTokenOpensItsOwnDeviceOnly() {
    String token = issue().token();
    assertThat(credentials.verify("breaker-001", token)).isPresent();
    assertThat(credentials.verify("esp32-01", token)).isEmpty();
    assertThat(credentials.verify("breaker-001", token + "x")).isEmpty();
    assertThat(credentials.verify("breaker-001", "")).isEmpty();
    assertThat(credentials.verify("no such device", token)).isEmpty();
    assertThat(credentials.refusedCount()).isEqualTo(4);
  }

  @Test
  void aNewCredentialWorksBesideTheOldUntilThatIsRevoked() {
    Credentials.Issued old = issue();
    Credentials.Issued fresh = issue();
    assertThat(credentials.verify("breaker-001", old.token())).isPresent();
    credentials.revoke(DEVICE, old.credential().id());
    assertThat(credentials.verify("breaker-001", old.token())).isEmpty();
    assertThat(credentials.verify("breaker-001", fresh.token())).isPresent();
  }

  @Test
  void aCredentialEndsWhenItExpires() {
    ObjectNode form = JSON.createObjectNode().put("expires_at", "2026-03-01T13:00:00Z");
    String token = issue(form).token();
    assertThat(credentials.verify("breaker-001", token)).isPresent();
    now = now.plus(Duration.ofHours(1));
    assertThat(credentials.verify("breaker-001", token)).isEmpty();
  }

  @Test
  void aDisabledOrDeletedDeviceIsNotLetIn() {
    String token = issue().token();
    assertThat(credentials.verify("breaker-001", token)).isPresent();
    ObjectNode disabled = JSON.createObjectNode().put("enabled", false);
    registry.devices().update(DEVICE, disabled, Precondition.NONE);
    assertThat(credentials.verify("breaker-001", token)).isEmpty();
    registry.devices().delete(DEVICE, Precondition.NONE);
    registry.directory().firstContact(DEVICE, "smart_breaker", null);
    assertThat(credentials.verify("breaker-001", token)).isEmpty();
  }

  @Test
  void refusalsAreHeldBackMoreAndMoreButTheRightTokenAlwaysPasses() {
    String token = issue().token();
    for (int i = 0; i < 5; i++) {
      credentials.verify("breaker-001", "wrong");
    }
    assertThat(credentials.backoff("breaker-001")).isZero();
    credentials.verify("breaker-001", "wrong");
    assertThat(credentials.backoff("breaker-001")).isEqualTo(Duration.ofMillis(100));
    for (int i = 0; i < 50; i++) {
      credentials.verify("breaker-001", "wrong");
    }
    assertThat(credentials.backoff("breaker-001")).isEqualTo(Duration.ofSeconds(5));
    assertThat(credentials.backoff("esp32-01")).isZero();
    assertThat(credentials.verify("breaker-001", token)).isPresent();
  }

  @Test
  void theNumberOfValidCredentialsIsBounded() {
    for (int i = 0; i < Credentials.PER_DEVICE_MAX; i++) {
      issue();
    }
    assertThat(credentials.issue(DEVICE, JSON.createObjectNode()))
        .isInstanceOf(Outcome.Conflict.class);
    List<Credential> all = credentials.list(DEVICE);
    credentials.revoke(DEVICE, all.get(0).id());
    issue();
  }

  @Test
  void theAdminTokenIsMadeOnceAndOutlivesARestart() {
    String token = registry.adminToken().makeIfMissing().orElseThrow();
    assertThat(token).startsWith("weir_");
    registry.close();
    open();
    assertThat(registry.adminToken().makeIfMissing()).isEmpty();
    assertThat(registry.adminToken().matches(token)).isTrue();
    assertThat(registry.adminToken().matches(token + "x")).isFalse();
    registry.adminToken().replace("another-token");
    assertThat(registry.adminToken().matches(token)).isFalse();
    assertThat(registry.adminToken().matches("another-token")).isTrue();
  }

  @Test
  void nothingMatchesBeforeThereIsAnAdminToken() {
    assertThat(registry.adminToken().matches("")).isFalse();
    assertThatThrownBy(() -> registry.adminToken().replace("short"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
