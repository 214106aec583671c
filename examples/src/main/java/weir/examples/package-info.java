/// The samples that show what to do with a platform: a business service and a CRM.
@NullMarked
package weir.examples;

import org.jspecify.annotations.NullMarked;
