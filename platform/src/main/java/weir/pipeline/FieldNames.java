package weir.pipeline;

import java.util.Arrays;

/// The names seen in the objects that are open now, to find a name that comes twice. Owned by
/// one thread. With at most 500 names an object, comparing each with each is cheaper than
/// hashing.
final class FieldNames {

  static final int PER_OBJECT_MAX = 500;

  private String[] names = new String[64];
  private int top;

  /// Opens an object; the mark is to be given back.
  int open() {
    return top;
  }

  void close(int mark) {
    top = mark;
  }

  void clear() {
    top = 0;
  }

  void add(int mark, String name) throws RejectedException {
    for (int i = mark; i < top; i++) {
      if (names[i].equals(name)) {
        throw RejectedException.invalid(name, "is there twice");
      }
    }
    if (top - mark == PER_OBJECT_MAX) {
      throw RejectedException.unreadable("more than " + PER_OBJECT_MAX + " fields in one object");
    }
    if (top == names.length) {
      names = Arrays.copyOf(names, top * 2);
    }
    names[top++] = name;
  }
}
