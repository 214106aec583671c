package weir.series.sql;

import weir.event.Reading;

/// One metric of one device, with a unit and a sort of value: what readings are rows of.
record SqlSeries(long id, Name name) {

  /// @param kind [#NUMBER] or [#TEXT]
  record Name(String device, String metric, String unit, int kind) {

    static Name of(String device, Reading reading) {
      return new Name(
          device,
          reading.metric(),
          reading.unit(),
          switch (reading) {
            case Reading.Numeric _ -> NUMBER;
            case Reading.Textual _ -> TEXT;
          });
    }
  }

  static final int NUMBER = 0;
  static final int TEXT = 1;

  boolean isNumeric() {
    return name.kind == NUMBER;
  }
}
