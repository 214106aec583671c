package weir.series.questdb;

import weir.event.Reading;

/// One metric of one device in one unit, under the number that stands for it in every row. Rows
/// of 20 bytes are possible because of it.
record Series(int id, String device, String metric, String unit, Kind kind) {

  /// Numbers and texts live in different tables.
  enum Kind {
    NUMBER(0),
    TEXT(1);

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }

    /// How the kind is written in the `series` table.
    byte code() {
      return code;
    }

    static Kind of(byte code) {
      return code == NUMBER.code ? NUMBER : TEXT;
    }

    static Kind of(Reading reading) {
      return switch (reading) {
        case Reading.Numeric number -> NUMBER;
        case Reading.Textual text -> TEXT;
      };
    }
  }

  boolean holds(Reading reading) {
    return metric.equals(reading.metric())
        && unit.equals(reading.unit())
        && kind == Kind.of(reading);
  }
}
