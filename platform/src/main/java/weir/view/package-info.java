/// Sink three: the REST interface and its documentation.
@NullMarked
package weir.view;

import org.jspecify.annotations.NullMarked;
