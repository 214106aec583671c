/// The log on RabbitMQ: one stream for each partition, and one more for what consumer groups did.
@NullMarked
package weir.log.rabbitmq;

import org.jspecify.annotations.NullMarked;
