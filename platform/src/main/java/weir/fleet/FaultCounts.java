package weir.fleet;

/// How often each fault was really injected. Owned by the thread that runs the timeline; others may
/// read figures that are a moment old.
final class FaultCounts {

  int drifting;
  int dropOuts;
  int storms;
  long duplicates;
  long lateBatches;
  long shuffledBatches;
  long malformed;
}
