/// How events get to those who wait for them: lanes on disk, a worker, signed requests.
@NullMarked
package weir.subscriber.delivery;

import org.jspecify.annotations.NullMarked;
