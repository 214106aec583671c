/// A business service: gets events by webhook and passes errors on.
@NullMarked
package weir.examples.service;

import org.jspecify.annotations.NullMarked;
