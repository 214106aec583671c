/// Set-up that tests of several packages share: hand-made parts that hold state.
@NullMarked
package weir.testkit;

import org.jspecify.annotations.NullMarked;
