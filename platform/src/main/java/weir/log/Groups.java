package weir.log;

/// The consumer groups of the stages that the books add up, from the notes of their commits.
public final class Groups {

  /// Reads the raw topic.
  public static final String PIPELINE = "weir-pipeline";

  /// Reads the retry topic.
  public static final String RETRY = "weir-retry";

  /// Reads the enriched topic into the store.
  public static final String SERIES = "weir-series";

  private Groups() {}
}
