package weir.bench;

/// What came of a load.
///
/// @param acknowledged messages acknowledged while measuring
/// @param seconds how long was measured
/// @param cpuSeconds processor time that the generator itself took while measuring
record LoadResult(
    long sent,
    long acknowledged,
    double seconds,
    double p50Millis,
    double p99Millis,
    double cpuSeconds,
    long acknowledgedEver) {

  double rate() {
    return acknowledged / seconds;
  }
}
