package weir.event;

/// The way by which a message came in.
public enum Door {
  MQTT("mqtt"),
  HTTP("http");

  private final String text;

  Door(String text) {
    this.text = text;
  }

  /// The word used in log headers and answers.
  public String text() {
    return text;
  }

  public static Door of(String text) {
    for (Door door : values()) {
      if (door.text.equals(text)) {
        return door;
      }
    }
    throw new IllegalArgumentException("unknown door: " + text);
  }
}
