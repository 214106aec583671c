package weir.fleet;

/// The mirrors at one moment.
///
/// @param discarded what was not sent because too much was unanswered
public record MirrorStatus(
    int devices, boolean connected, long sent, long acknowledged, long discarded) {

  /// When nothing is mirrored.
  public static final MirrorStatus NONE = new MirrorStatus(0, false, 0, 0, 0);
}
