/// Raw message to event: dialects, decoders, enrichment and routing.
@NullMarked
package weir.pipeline;

import org.jspecify.annotations.NullMarked;
