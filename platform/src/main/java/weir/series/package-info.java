/// Sink one: events and readings as time series, and the questions asked of them.
@NullMarked
package weir.series;

import org.jspecify.annotations.NullMarked;
