/// Sink two: applications, what they subscribe to, and who wants an event.
@NullMarked
package weir.subscriber;

import org.jspecify.annotations.NullMarked;
