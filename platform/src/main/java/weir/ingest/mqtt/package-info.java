/// The MQTT door: devices publish here, and clients subscribe to what was published.
@NullMarked
package weir.ingest.mqtt;

import org.jspecify.annotations.NullMarked;
