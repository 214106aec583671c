package weir.device;

import java.util.List;

/// What became of a change that was asked for.
public sealed interface Outcome<T> {

  /// Done; what there is now, or what was deleted.
  record Saved<T>(T value) implements Outcome<T> {}

  /// Refused: every field that is wrong.
  record Invalid<T>(List<FieldError> errors) implements Outcome<T> {
    public Invalid {
      errors = List.copyOf(errors);
    }
  }

  /// There is no such thing.
  record Missing<T>() implements Outcome<T> {}

  /// It clashes with something else: there already, or still in use.
  record Conflict<T>(String detail) implements Outcome<T> {}

  /// It was changed by somebody else since the asker looked.
  record Stale<T>(long version) implements Outcome<T> {}
}
