/// What follows devices through their lives: the way of news about them, and of commands to them,
/// over the log, MQTT and an external broker.
@NullMarked
package weir.app.life;

import org.jspecify.annotations.NullMarked;
