/// The web console: who is signed in, and the pages. No build step: what the browser loads
/// is what lies in the resources.
@NullMarked
package weir.view.console;

import org.jspecify.annotations.NullMarked;
