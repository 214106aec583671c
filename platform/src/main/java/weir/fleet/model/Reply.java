package weir.fleet.model;

/// What a device answers to an [Order].
public record Reply(boolean obeyed, String detail) {

  static Reply obeyed(String detail) {
    return new Reply(true, detail);
  }

  static Reply refused(String detail) {
    return new Reply(false, detail);
  }

  static Reply unknown(Order order) {
    return refused("this device does not know " + order.name());
  }
}
