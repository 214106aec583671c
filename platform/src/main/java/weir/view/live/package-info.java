/// The live stream: what flows through the platform now, sampled by one thread for all who
/// watch.
@NullMarked
package weir.view.live;

import org.jspecify.annotations.NullMarked;
