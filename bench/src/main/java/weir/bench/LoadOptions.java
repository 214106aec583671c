package weir.bench;

import java.time.Duration;

/// What load to make.
///
/// @param rate messages a second over all devices; 0 is as fast as they are acknowledged
/// @param window messages that one device may have unacknowledged
/// @param warmUp not measured
record LoadOptions(
    String host, int port, int devices, int rate, int window, Duration warmUp, Duration duration) {}
