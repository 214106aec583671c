/// The program: commands, settings, and the one place where parts are built, ordered and closed.
@NullMarked
package weir.app;

import org.jspecify.annotations.NullMarked;
