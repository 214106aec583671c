/// The load generator and the benchmarks behind `./weir bench`.
@NullMarked
package weir.bench;

import org.jspecify.annotations.NullMarked;
