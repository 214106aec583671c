/// The MQTT door: an MQTT 3.1.1 and 5.0 server whose acknowledgements wait for the log.
@NullMarked
package weir.ingest.mqtt;

import org.jspecify.annotations.NullMarked;
