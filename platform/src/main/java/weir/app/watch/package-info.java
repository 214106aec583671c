/// Whether the platform works: the health of its parts, round trips, lags and the watchdog.
@NullMarked
package weir.app.watch;

import org.jspecify.annotations.NullMarked;
