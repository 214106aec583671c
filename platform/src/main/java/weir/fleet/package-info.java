/// The simulator: devices that speak to the platform over real sockets, and the grade they give it.
@NullMarked
package weir.fleet;

import org.jspecify.annotations.NullMarked;
