/// The doors: every message is checked, stamped and appended to the log before it is answered.
@NullMarked
package weir.ingest;

import org.jspecify.annotations.NullMarked;
