package weir.fleet.model;

import java.time.Duration;
import java.util.List;

/// What a device does at one moment: the messages it sends, and how long it then waits.
public record Step(List<Message> messages, Duration pause) {

  public Step {
    messages = List.copyOf(messages);
    if (!pause.isPositive()) {
      throw new IllegalArgumentException("a device must wait before it speaks again");
    }
  }
}
