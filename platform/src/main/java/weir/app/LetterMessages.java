package weir.app;

import java.util.HashMap;
import java.util.Map;
import weir.ingest.queue.WorkQueue;
import weir.view.DeadLetters;

/// Dead letters as messages of the work queues, and back. All of a letter is in the message, to be
/// read in RabbitMQ's management interface.
final class LetterMessages {

  private static final String LETTER = "letter";
  private static final String DEVICE = "device";
  private static final String FAMILY = "family";
  private static final String REASON = "reason";
  private static final String DOOR = "door";
  private static final String PATH = "path";
  private static final String ORIGIN = "origin";
  private static final String RECEIVED = "received";
  private static final int ERROR_MAX = 200;

  private LetterMessages() {}

  static boolean isLetter(WorkQueue.Message message) {
    return message.headers().containsKey(LETTER);
  }

  static WorkQueue.Message message(DeadLetters.Letter letter, int tries) {
    Map<String, Object> headers = new HashMap<>();
    headers.put(LETTER, letter.position());
    if (letter.device() != null) {
      headers.put(DEVICE, letter.device());
    }
    headers.put(FAMILY, letter.family());
    headers.put(REASON, letter.reason());
    headers.put(DOOR, letter.door());
    headers.put(PATH, letter.path());
    headers.put(ORIGIN, letter.origin());
    headers.put(RECEIVED, letter.receivedMillis());
    headers.put(WorkQueue.RETRY_COUNT, tries);
    String error = letter.reason() + ": " + letter.detail();
    headers.put(WorkQueue.LAST_ERROR, error.substring(0, Math.min(error.length(), ERROR_MAX)));
    return new WorkQueue.Message(letter.eventId(), letter.payload(), headers);
  }

  static DeadLetters.Letter letter(WorkQueue.Message message) {
    String device = message.header(DEVICE);
    return new DeadLetters.Letter(
        message.header(LETTER),
        message.id(),
        device.isEmpty() ? null : device,
        message.header(FAMILY),
        message.header(REASON),
        message.header(WorkQueue.LAST_ERROR),
        message.header(DOOR),
        message.header(PATH),
        message.header(ORIGIN),
        (long) number(message, RECEIVED),
        (int) number(message, WorkQueue.RETRY_COUNT),
        false,
        message.body());
  }

  private static double number(WorkQueue.Message message, String name) {
    return message.headers().get(name) instanceof Number number ? number.doubleValue() : 0;
  }
}
