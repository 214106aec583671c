/// The spine: append, consume by group in batches, commit, set aside.
@NullMarked
package weir.log;

import org.jspecify.annotations.NullMarked;
