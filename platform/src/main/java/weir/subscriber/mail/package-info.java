/// Mail to the owners of endpoints.
@NullMarked
package weir.subscriber.mail;

import org.jspecify.annotations.NullMarked;
