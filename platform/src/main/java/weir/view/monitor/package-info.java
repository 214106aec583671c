/// What an application may see of its device types, in numbers.
@NullMarked
package weir.view.monitor;

import org.jspecify.annotations.NullMarked;
