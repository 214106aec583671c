package weir.subscriber.mail;

/// Where mail to owners goes out.
///
/// @param host the mail server (SMTP); empty sends no mail
/// @param port its port
/// @param sender the address that mails come from
public record MailSettings(String host, int port, String sender) {

  public MailSettings {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port must be 1 to 65535");
    }
    if (!sender.contains("@")) {
      throw new IllegalArgumentException("sender must be an e-mail address");
    }
  }

  public static MailSettings defaults() {
    return new MailSettings("", 25, "weir@localhost.localdomain");
  }
}
