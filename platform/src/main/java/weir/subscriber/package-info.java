/// Sink two: the applications that are interested in device types.
@NullMarked
package weir.subscriber;

import org.jspecify.annotations.NullMarked;
