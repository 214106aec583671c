/// What devices are told to do: which commands a type knows, how they are written, and what became
/// of each.
@NullMarked
package weir.device.command;

import org.jspecify.annotations.NullMarked;
