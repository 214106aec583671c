/// Raw messages of the past, run through today's decoders and held against what is stored.
@NullMarked
package weir.replay;

import org.jspecify.annotations.NullMarked;
