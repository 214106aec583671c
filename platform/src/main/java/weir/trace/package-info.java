/// Single messages followed through the platform, for an OpenTelemetry collector.
@NullMarked
package weir.trace;

import org.jspecify.annotations.NullMarked;
