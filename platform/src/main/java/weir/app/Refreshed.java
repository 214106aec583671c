package weir.app;

import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The latest answer to a question that is too dear to be asked whenever somebody wants to know.
/// One thread refreshes it, any reads.
final class Refreshed<T> {

  private final Supplier<T> question;
  private volatile @Nullable T answer;

  Refreshed(Supplier<T> question) {
    this.question = question;
  }

  void refresh() {
    answer = question.get();
  }

  /// The answer, or nothing before there was one.
  Stream<T> stream() {
    return Stream.ofNullable(answer);
  }
}
