/// What is counted on the hot path, cheaply enough to count every message.
@NullMarked
package weir.meter;

import org.jspecify.annotations.NullMarked;
