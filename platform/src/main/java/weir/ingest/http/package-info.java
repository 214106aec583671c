/// The HTTP door.
@NullMarked
package weir.ingest.http;

import org.jspecify.annotations.NullMarked;
