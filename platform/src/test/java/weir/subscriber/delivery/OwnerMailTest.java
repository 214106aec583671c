package weir.subscriber.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import weir.subscriber.Endpoint;
import weir.subscriber.mail.MailSettings;
import weir.subscriber.mail.OwnerMail;
import weir.testkit.TestEngine;
import weir.testkit.WebhookReceiver;
import weir.testkit.WebhookReceiver.Answer;

/// The owner of an endpoint that was ended gets one mail, over a real mail server.
class OwnerMailTest {

  @TempDir Path folder;

  private final GreenMail server =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
  private LanesFixture lanes;
  private WebhookReceiver receiver;

  @BeforeEach
  void open() {
    server.start();
    lanes = new LanesFixture(folder, TestEngine.SQLITE);
    receiver = new WebhookReceiver(any -> Answer.of(410));
  }

  @AfterEach
  void close() {
    lanes.close();
    receiver.close();
    server.stop();
  }

  private OwnerMail mail(String host, int port) {
    return new OwnerMail(
        new MailSettings(host, port, "weir@example.com"),
        lanes.log,
        lanes.endpoints,
        lanes.applications);
  }

  private Endpoint gone(String address) throws InterruptedException {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    if (!address.isEmpty()) {
      lanes.set(endpoint, "contact_email", address);
    }
    lanes.accept("one", "device", endpoint);
    lanes.settle();
    return endpoint;
  }

  @Test
  void tellsTheOwnerOnceWhatHappenedAndHowToGoOn() throws Exception {
    Endpoint endpoint = gone("ada@example.com");
    OwnerMail mail = mail("127.0.0.1", server.getSmtp().getPort());
    mail.send();
    mail.send();
    assertThat(server.getReceivedMessages()).hasSize(1);
    String text = GreenMailUtil.getBody(server.getReceivedMessages()[0]);
    assertThat(server.getReceivedMessages()[0].getAllRecipients()[0])
        .hasToString("ada@example.com");
    assertThat(text).contains("gone", "410", "/api/applications/" + endpoint.application());
  }

  @Test
  void tellsTheOwnerOnceAlsoWhenThatFailedAtFirst() throws Exception {
    Endpoint endpoint = lanes.endpoint(receiver.url());
    lanes.accept("one", "device", endpoint);
    lanes.without("notice", lanes::settle);
    lanes.settle();
    assertThat(lanes.state(endpoint)).isEqualTo(Endpoint.State.GONE);
    assertThat(lanes.tidy()).isZero();
    assertThat(lanes.tidy()).isZero();
    assertThat(lanes.log.notices(endpoint.number(), 10))
        .extracting(DeliveryLog.Notice::kind)
        .containsExactly("gone");
  }

  @Test
  void waitsForTheMailServer() throws Exception {
    Endpoint _ = gone("ada@example.com");
    int port = server.getSmtp().getPort();
    server.stop();
    mail("127.0.0.1", port).send();
    assertThat(lanes.log.untold(10)).hasSize(1);
    server.start();
    mail("127.0.0.1", server.getSmtp().getPort()).send();
    assertThat(lanes.log.untold(10)).isEmpty();
    assertThat(server.getReceivedMessages()).hasSize(1);
  }

  @Test
  void leavesANoticeWhenThereIsNoServerOrNoAddress() throws Exception {
    Endpoint endpoint = gone("");
    mail("", 25).send();
    assertThat(lanes.log.untold(10)).hasSize(1);
    mail("127.0.0.1", server.getSmtp().getPort()).send();
    assertThat(lanes.log.untold(10)).isEmpty();
    assertThat(server.getReceivedMessages()).isEmpty();
    assertThat(lanes.log.notices(endpoint.number(), 10)).hasSize(1);
  }
}
