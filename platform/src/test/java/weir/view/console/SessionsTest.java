package weir.view.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.device.DeviceSettings;
import weir.device.Registry;

class SessionsTest {

  private static final String TOKEN = "weir_sessions_test_token";

  @TempDir private Path folder;
  private Registry registry;
  private Sessions sessions;
  private Instant now = Instant.parse("2026-02-27T15:00:00Z");

  @BeforeEach
  void open() {
    registry =
        new Registry(
            folder.resolve("registry.db"), DeviceSettings.defaults(), InstantSource.system());
    registry.adminToken().replace(TOKEN);
    sessions = new Sessions(registry.adminToken(), () -> now, new SecureRandom());
  }

  @AfterEach
  void close() {
    registry.close();
  }

  private Sessions.Session opened() {
    return ((Sessions.SignIn.Opened) sessions.signIn(TOKEN, "here")).session();
  }

  @Test
  void theTokenOpensASession() {
    Sessions.Session session = opened();

    assertThat(sessions.find(session.id())).contains(session);
    assertThat(sessions.find("other")).isEmpty();
    assertThat(Sessions.isOwn(session, session.csrf())).isTrue();
    assertThat(Sessions.isOwn(session, "")).isFalse();
  }

  @Test
  void aSessionEndsWhenItRestsOrIsSignedOut() {
    Sessions.Session resting = opened();
    now = now.plus(Sessions.IDLE_MAX).plusSeconds(1);
    assertThat(sessions.find(resting.id())).isEmpty();

    Sessions.Session left = opened();
    sessions.signOut(left);
    assertThat(sessions.find(left.id())).isEmpty();
  }

  @Test
  void useKeepsASessionOpen() {
    Sessions.Session session = opened();
    for (int i = 0; i < 3; i++) {
      now = now.plus(Sessions.IDLE_MAX.minusMinutes(1));
      assertThat(sessions.find(session.id())).isPresent();
    }
  }

  @Test
  void manyWrongTokensBrakeWhoSendsThemForAMinute() {
    for (int i = 0; i < Sessions.FAILURES_MAX; i++) {
      assertThat(sessions.signIn("wrong", "here")).isInstanceOf(Sessions.SignIn.Denied.class);
    }

    assertThat(sessions.signIn(TOKEN, "here")).isInstanceOf(Sessions.SignIn.Braked.class);
    assertThat(sessions.signIn(TOKEN, "elsewhere")).isInstanceOf(Sessions.SignIn.Opened.class);
    now = now.plus(Duration.ofSeconds(61));
    assertThat(sessions.signIn(TOKEN, "here")).isInstanceOf(Sessions.SignIn.Opened.class);
  }

  @Test
  void oneTooManyEndsTheSessionThatRestedLongest() {
    Sessions.Session first = opened();
    for (int i = 1; i <= Sessions.SESSIONS_MAX; i++) {
      now = now.plusMillis(1);
      opened();
    }
    assertThat(sessions.find(first.id())).isEmpty();
  }

  @Test
  void endsAfterAWeekHoweverMuchItIsUsed() {
    Sessions.Session session = opened();
    for (int hours = 0; hours <= 168; hours++) {
      assertThat(sessions.find(session.id())).isPresent();
      now = now.plus(Duration.ofHours(1));
    }

    assertThat(sessions.find(session.id())).isEmpty();
    assertThat(sessions.isOpen(session)).isFalse();
  }
}
