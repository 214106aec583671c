package weir.subscriber.mail;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import weir.subscriber.Application;
import weir.subscriber.Applications;
import weir.subscriber.Endpoint;
import weir.subscriber.Endpoints;
import weir.subscriber.delivery.DeliveryLog;
import weir.subscriber.delivery.DeliveryLog.Untold;

/// Writes to the owners of endpoints that were ended, to the contact address of the application,
/// once. While the mail server is away the notices wait; whoever has no address that it takes is
/// told by the notice alone. Owned by one thread.
public final class OwnerMail {

  private static final Logger LOG = LoggerFactory.getLogger(OwnerMail.class);
  private static final String TIMEOUT_MILLIS = "5000";
  private static final int NOTICES_AT_ONCE = 100;

  private final MailSettings settings;
  private final DeliveryLog log;
  private final Endpoints endpoints;
  private final Applications applications;
  private final Session session;

  public OwnerMail(
      MailSettings settings, DeliveryLog log, Endpoints endpoints, Applications applications) {
    this.settings = settings;
    this.log = log;
    this.endpoints = endpoints;
    this.applications = applications;
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.host", settings.host());
    properties.setProperty("mail.smtp.port", Integer.toString(settings.port()));
    properties.setProperty("mail.smtp.connectiontimeout", TIMEOUT_MILLIS);
    properties.setProperty("mail.smtp.timeout", TIMEOUT_MILLIS);
    properties.setProperty("mail.smtp.writetimeout", TIMEOUT_MILLIS);
    session = Session.getInstance(properties);
  }

  /// Sends what was not sent yet.
  public void send() {
    if (settings.host().isEmpty()) {
      return;
    }
    try {
      for (Untold untold : log.untold(NOTICES_AT_ONCE)) {
        tell(untold);
        log.told(untold.id());
      }
    } catch (MessagingException e) {
      LOG.warn("mail to owners waits for the mail server reason={}", e.getMessage());
    }
  }

  private void tell(Untold untold) throws MessagingException {
    Optional<Application> owner =
        endpoints
            .byNumber(untold.endpoint())
            .map(Endpoint::application)
            .flatMap(applications::find);
    String address = owner.map(Application::id).map(applications::email).orElse("");
    if (owner.isEmpty() || address.isEmpty()) {
      return;
    }
    try {
      Transport.send(message(address, owner.get(), untold.notice()));
    } catch (AddressException | SendFailedException e) {
      LOG.warn("the address of an owner is refused service={}", owner.get().id());
    }
  }

  private MimeMessage message(String address, Application owner, DeliveryLog.Notice notice)
      throws MessagingException {
    MimeMessage message = new MimeMessage(session);
    message.setFrom(new InternetAddress(settings.sender()));
    message.setRecipient(Message.RecipientType.TO, new InternetAddress(address));
    message.setSubject("No events are sent to " + owner.name() + " any more", "UTF-8");
    message.setText(
        """
        The endpoint of %s is %s since %s: %s.

        Nothing is lost: see what waits with GET /api/applications/%s/endpoint,
        and go on with POST /api/applications/%s/resume.
        """
            .formatted(
                owner.name(), notice.kind(), notice.at(), notice.detail(), owner.id(), owner.id()),
        "UTF-8");
    return message;
  }
}
