/// What simulated devices are like: for each kind a small model that, asked at a moment, tells what
/// the device says then and when it will speak next. Pure: time and chance come in, bytes go out.
@NullMarked
package weir.fleet.model;

import org.jspecify.annotations.NullMarked;
