package weir.log;

/// The name of a stream in the log: 1 to 249 characters of `[A-Za-z0-9._-]`, as Kafka allows.
public record Topic(String name) {

  private static final int LENGTH_MAX = 249;

  public Topic {
    if (!isValid(name)) {
      throw new IllegalArgumentException(
          "topic must be 1 to 249 characters of [A-Za-z0-9._-]: " + name);
    }
  }

  public static boolean isValid(String name) {
    if (name.isEmpty() || name.length() > LENGTH_MAX || name.equals(".") || name.equals("..")) {
      return false;
    }
    return name.chars().allMatch(Topic::isAllowed);
  }

  private static boolean isAllowed(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '_'
        || c == '-';
  }

  @Override
  public String toString() {
    return name;
  }
}
