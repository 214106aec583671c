package weir.pipeline;

import java.nio.file.Path;
import java.time.Duration;

/// How raw messages become events.
///
/// @param threads how many threads decode; more than the raw topic has partitions are idle
/// @param unknownDevices what is done with a device that is not registered
/// @param unknownTypes what is done with a device type that is not registered
/// @param typesRegisteredMax how many types may come to be by first contact
/// @param oddTimes what is done with a message whose time cannot be right
/// @param timeAheadMax how far a device's clock may be ahead of the receive time
/// @param commitInterval how long finished work may stay uncommitted; it is done again after a
///     crash
/// @param failuresPerMinuteMax unexpected errors of a thread above which the pipeline stops
///     and raises an alarm
/// @param dialects a folder of dialect files beside the built-in ones; empty for none
public record PipelineSettings(
    int threads,
    Unknown unknownDevices,
    Unknown unknownTypes,
    int typesRegisteredMax,
    OddTime oddTimes,
    Duration timeAheadMax,
    Duration commitInterval,
    int failuresPerMinuteMax,
    Path dialects) {

  /// What is done with what the registry does not know.
  public enum Unknown {
    REGISTER,
    SET_ASIDE
  }

  /// What is done with a time that cannot be read, is before 2000 or too far ahead.
  public enum OddTime {
    SET_ASIDE,
    RECEIVE_TIME
  }

  public PipelineSettings {
    if (threads < 1 || threads > 64) {
      throw new IllegalArgumentException("threads must be 1 to 64");
    }
    if (typesRegisteredMax < 0 || typesRegisteredMax > 10_000) {
      throw new IllegalArgumentException("types-registered-max must be 0 to 10000");
    }
    if (timeAheadMax.isNegative() || commitInterval.isNegative()) {
      throw new IllegalArgumentException("time-ahead-max and commit-interval must not be negative");
    }
    if (failuresPerMinuteMax < 1) {
      throw new IllegalArgumentException("failures-per-minute-max must be at least 1");
    }
  }

  /// The same settings, with unknown types left unknown.
  PipelineSettings withoutNewTypes() {
    return new PipelineSettings(
        threads,
        unknownDevices,
        Unknown.SET_ASIDE,
        typesRegisteredMax,
        oddTimes,
        timeAheadMax,
        commitInterval,
        failuresPerMinuteMax,
        dialects);
  }

  public static PipelineSettings defaults() {
    return new PipelineSettings(
        1,
        Unknown.REGISTER,
        Unknown.REGISTER,
        64,
        OddTime.SET_ASIDE,
        Duration.ofDays(1),
        Duration.ofMillis(100),
        100,
        Path.of(""));
  }
}
