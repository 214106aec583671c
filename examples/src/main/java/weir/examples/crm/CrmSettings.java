package weir.examples.crm;

import java.nio.file.Path;

/// How the CRM runs.
///
/// @param file where the tickets are kept
/// @param platform the address of the platform, which knows the owners
/// @param platformToken the platform's admin token
/// @param smtpHost the mail server; empty keeps mails in the outbox
public record CrmSettings(
    int port,
    Path file,
    String platform,
    String platformToken,
    String smtpHost,
    int smtpPort,
    String mailFrom) {

  @Override
  public String toString() {
    return "CrmSettings[port=" + port + ", file=" + file + ", platform=" + platform + "]";
  }
}
