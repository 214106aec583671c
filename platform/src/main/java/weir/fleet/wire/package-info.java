/// How simulated devices reach the platform: over MQTT 5, one connection each, or over HTTP.
@NullMarked
package weir.fleet.wire;

import org.jspecify.annotations.NullMarked;
