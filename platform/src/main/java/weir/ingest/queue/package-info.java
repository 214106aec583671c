/// The third door: work queues of RabbitMQ.
@NullMarked
package weir.ingest.queue;

import org.jspecify.annotations.NullMarked;
