package weir.examples.crm;

import java.time.Instant;

/// A mail to an owner.
record Mail(String recipient, String subject, String body) {

  static Mail about(Ticket ticket) {
    String what = ticket.type() + " " + ticket.device();
    return new Mail(
        ticket.contact(),
        "Your " + what + " reports " + ticket.error(),
        """
        Hello %s,

        your %s reports the error %s since %s.
        We have opened ticket %d for it and will be in touch.
        """
            .formatted(
                ticket.owner(),
                what,
                ticket.error(),
                Instant.ofEpochMilli(ticket.firstAt()),
                ticket.id()));
  }
}
