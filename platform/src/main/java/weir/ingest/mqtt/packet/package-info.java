/// The MQTT 3.1.1 and 5.0 packets: bytes to checked records and back. No state, no I/O.
@NullMarked
package weir.ingest.mqtt.packet;

import org.jspecify.annotations.NullMarked;
