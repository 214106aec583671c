package weir.series;

/// How the values of one step become one number.
public enum Aggregate {
  AVG,
  MIN,
  MAX,
  SUM,
  COUNT,
  FIRST,
  LAST
}
