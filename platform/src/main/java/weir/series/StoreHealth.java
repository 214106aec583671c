package weir.series;

/// How a store is, for health pages and alarms.
///
/// @param usable whether it takes writes and makes them visible
/// @param detail what is wrong, empty when nothing is
/// @param waiting written batches that queries do not see yet
public record StoreHealth(boolean usable, String detail, long waiting) {}
