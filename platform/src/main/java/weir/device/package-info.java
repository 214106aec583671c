/// Who speaks: devices, device types, decoding parameters, owners and credentials.
@NullMarked
package weir.device;

import org.jspecify.annotations.NullMarked;
