package weir.log;

/// What an append does when the log cannot take it.
public enum Patience {
  /// Fails when it is not durable after five seconds, and at once when the buffer or the
  /// disk is full: somebody outside waits for the answer. What failed may be in the log
  /// all the same.
  PROMPT,
  /// Goes on for as long as it takes, so that what is sent is in the log once and in
  /// order. When the buffer or the disk is full the caller waits, five seconds at most.
  LASTING
}
