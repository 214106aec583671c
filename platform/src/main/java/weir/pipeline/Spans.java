package weir.pipeline;

import java.util.Arrays;

/// The top-level fields of a message that go into the event as the bytes they came in: from the
/// quote of the name to the end of the value. Neighbours are joined. Owned by one thread.
final class Spans {

  private int[] starts = new int[16];
  private int[] ends = new int[16];
  private boolean[] renamed = new boolean[16];
  private int count;
  private boolean open;

  void clear() {
    count = 0;
    open = false;
  }

  /// The field that starts here is left out.
  void skip(int at) {
    end(at);
  }

  /// The field that starts here is copied.
  void keep(int at) {
    boolean joins = open && !renamed[count - 1];
    if (!joins) {
      end(at);
      start(at, false);
    }
  }

  /// The field that starts here is copied under another name.
  void rename(int at) {
    end(at);
    start(at, true);
  }

  private void start(int at, boolean rename) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, count * 2);
      ends = Arrays.copyOf(ends, count * 2);
      renamed = Arrays.copyOf(renamed, count * 2);
    }
    starts[count] = at;
    renamed[count] = rename;
    count++;
    open = true;
  }

  /// What was open ends before this place.
  void end(int at) {
    if (open) {
      ends[count - 1] = at;
      open = false;
    }
  }

  /// Writes the fields, each with a comma before it.
  void splice(byte[] payload, JsonBytes out) {
    for (int i = 0; i < count; i++) {
      int end = ends[i];
      while (isBetween(payload[end - 1])) {
        end--;
      }
      out.put(',');
      if (renamed[i]) {
        out.plain("\"original_").put(payload, starts[i] + 1, end);
      } else {
        out.put(payload, starts[i], end);
      }
    }
  }

  private static boolean isBetween(byte b) {
    return b == ',' || b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }
}
