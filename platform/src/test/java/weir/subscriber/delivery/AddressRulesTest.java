package weir.subscriber.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import weir.subscriber.SubscriberSettings.Callbacks;

/// Where requests may go, and what answers mean.
class AddressRulesTest {

  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final AddressRules rules = new AddressRules(new Callbacks(false, List.of()));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "::1",
        "::ffff:7f00:1",
        "::ffff:127.0.0.1",
        "169.254.169.254",
        "fd00:ec2::254",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "fe80::1",
        "255.255.255.255",
        "2001:db8::1",
        "198.18.0.1",
        "240.0.0.1",
        "::7f00:1",
        "64:ff9b:1::1",
        "2001::1",
        "fec0::1"
      })
  void refusesWhatIsNotPublic(String address) {
    assertThat(rules.allows(InetAddress.ofLiteral(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"8.8.8.8", "1.1.1.1", "2606:4700::1111", "93.184.216.34"})
  void allowsWhatIsPublic(String address) {
    assertThat(rules.allows(InetAddress.ofLiteral(address))).isTrue();
  }

  @Test
  void allowsMoreWhenToldSo() {
    AddressRules more = new AddressRules(new Callbacks(true, List.of("10.1.0.0/16")));
    assertThat(more.allows(InetAddress.ofLiteral("127.0.0.1"))).isTrue();
    assertThat(more.allows(InetAddress.ofLiteral("10.1.2.3"))).isTrue();
    assertThat(more.allows(InetAddress.ofLiteral("10.2.0.1"))).isFalse();
    assertThatThrownBy(() -> new AddressRules(new Callbacks(false, List.of("10.1.0.0"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("10.1.0.0/16");
  }

  @Test
  void neverConnectsWhenANameTurnsPrivateOrIsMixed() throws Exception {
    try (ServerSocket inner = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Deque<String[]> answers =
          new ArrayDeque<>(
              List.of(
                  new String[] {"127.0.0.1"},
                  new String[] {"93.184.216.34", "127.0.0.1"},
                  new String[] {"127.0.0.1", "2606:4700::1111"}));
      AddressRules rebinding =
          new AddressRules(
              new Callbacks(false, List.of()),
              new NameLookup(host -> addresses(Optional.ofNullable(answers.poll())), 4));
      URI url = URI.create("http://rebinding.example:" + inner.getLocalPort() + "/");
      try (Connections connections = new Connections(rebinding, 1, Duration.ofSeconds(1))) {
        for (int i = 0; i < 3; i++) {
          assertThatThrownBy(() -> connections.connect(url, Connections.unconnected(), SOON))
              .isInstanceOf(BlockedAddressException.class)
              .hasMessage("the address is not public");
        }
        assertThatThrownBy(() -> connections.connect(url, Connections.unconnected(), SOON))
            .isInstanceOf(UnknownHostException.class);
      }
      inner.setSoTimeout(100);
      assertThatThrownBy(inner::accept).hasMessageContaining("timed out");
    }
  }

  private static InetAddress[] addresses(Optional<String[]> literals) throws UnknownHostException {
    String[] texts = literals.orElseThrow(() -> new UnknownHostException("gone"));
    InetAddress[] addresses = new InetAddress[texts.length];
    for (int i = 0; i < texts.length; i++) {
      addresses[i] = InetAddress.ofLiteral(texts[i]);
    }
    return addresses;
  }

  @Test
  void readsRetryAfterWithALimit() {
    assertThat(wait("120")).isEqualTo(Duration.ofMinutes(2));
    assertThat(wait("315360000")).isEqualTo(Duration.ofHours(1));
    assertThat(wait("99999999999999999999")).isEqualTo(Duration.ofHours(1));
    assertThat(wait("Thu, 01 Jan 2026 00:05:00 GMT")).isEqualTo(Duration.ofMinutes(5));
    assertThat(wait("Thu, 01 Jan 2015 00:05:00 GMT")).isZero();
    assertThat(wait("soon")).isZero();
    assertThat(wait("-5")).isZero();
  }

  private static Duration wait(String text) {
    Verdict verdict = Verdict.of(429, Optional.of(text), NOW);
    assertThat(verdict).isInstanceOf(Verdict.Failed.class);
    return ((Verdict.Failed) verdict).retryAfter();
  }

  @Test
  void blamesTheEventOrTheEndpointByTheStatus() {
    assertThat(Verdict.of(204, Optional.empty(), NOW)).isInstanceOf(Verdict.Delivered.class);
    assertThat(Verdict.of(422, Optional.empty(), NOW)).isInstanceOf(Verdict.Refused.class);
    assertThat(Verdict.of(302, Optional.empty(), NOW)).isInstanceOf(Verdict.Failed.class);
    assertThat(Verdict.of(404, Optional.empty(), NOW)).isInstanceOf(Verdict.Failed.class);
    assertThat(Verdict.of(410, Optional.empty(), NOW)).isInstanceOf(Verdict.Gone.class);
  }
}
