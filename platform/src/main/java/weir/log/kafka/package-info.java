/// The log on Apache Kafka: a broker inside this process, or an external cluster.
@NullMarked
package weir.log.kafka;

import org.jspecify.annotations.NullMarked;
