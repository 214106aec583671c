package weir.replay;

import java.util.List;

/// What a replay found.
///
/// @param messages raw messages that were read
/// @param same events that are stored just as they would be today
/// @param changed events that would be stored differently, at the same time
/// @param moved events that are stored, but would get another time today
/// @param unstored events that can be decoded today and are not stored: set aside once, or removed
///     by retention
/// @param refused messages that would be set aside today
/// @param shadowed events written to the shadow store
/// @param promoted events whose stored form was replaced
/// @param examples some differences
public record ReplayReport(
    long messages,
    long same,
    long changed,
    long moved,
    long unstored,
    long refused,
    long shadowed,
    long promoted,
    List<Difference> examples) {

  public ReplayReport {
    examples = List.copyOf(examples);
  }
}
