/// Who is there: online, stale or offline, by device, from connections, messages and silence.
@NullMarked
package weir.device.presence;

import org.jspecify.annotations.NullMarked;
