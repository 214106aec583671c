/// Looking into the log: its topics and groups, the messages in them, and what became of one
/// event.
@NullMarked
package weir.view.topic;

import org.jspecify.annotations.NullMarked;
