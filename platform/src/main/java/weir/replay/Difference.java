package weir.replay;

/// One event that would be stored differently today.
///
/// @param what the metric or field that differs
public record Difference(String eventId, String device, String what, String stored, String now) {}
