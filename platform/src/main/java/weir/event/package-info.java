/// What is said: raw messages, readings, events and rejections. Values only, no I/O.
@NullMarked
package weir.event;

import org.jspecify.annotations.NullMarked;
