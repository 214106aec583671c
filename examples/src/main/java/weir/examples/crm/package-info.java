/// A mock CRM: tickets for failing devices, and mail to their owners.
@NullMarked
package weir.examples.crm;

import org.jspecify.annotations.NullMarked;
