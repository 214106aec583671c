/// The commands of `weir`: those that start something here, and those that ask a running platform.
@NullMarked
package weir.app.cli;

import org.jspecify.annotations.NullMarked;
