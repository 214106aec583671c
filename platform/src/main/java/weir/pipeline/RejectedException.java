package weir.pipeline;

import weir.event.Rejection;

/// Leaves the reading of a message early; caught in [Decoding], where it becomes a value.
/// Carries no stack trace, because hostile devices must not make rejection dear.
final class RejectedException extends Exception {

  private static final long serialVersionUID = 1L;
  private static final int NAME_MAX = 64;

  private final transient Rejection rejection;

  private RejectedException(Rejection rejection) {
    super(rejection.detail(), null, false, false);
    this.rejection = rejection;
  }

  static RejectedException unreadable(String detail) {
    return new RejectedException(new Rejection(Rejection.Reason.UNREADABLE, detail));
  }

  /// @param field the name as the device wrote it; shortened, as it may be hostile
  static RejectedException invalid(String field, String detail) {
    String name = field.length() > NAME_MAX ? field.substring(0, NAME_MAX) + "…" : field;
    String text = name.isEmpty() ? detail : name + " " + detail;
    return new RejectedException(new Rejection(Rejection.Reason.INVALID, text));
  }

  static RejectedException because(Rejection.Reason reason, String detail) {
    return new RejectedException(new Rejection(reason, detail));
  }

  Rejection rejection() {
    return rejection;
  }
}
