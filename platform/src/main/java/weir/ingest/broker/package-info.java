/// The second MQTT door: a client of an external broker.
@NullMarked
package weir.ingest.broker;

import org.jspecify.annotations.NullMarked;
