/** The scheduler on Kafka: inputs, the transactional log, leadership, and what gRPC needs of the topics. */
@NullMarked
package dev.lorikeet.scheduler.kafka;

import org.jspecify.annotations.NullMarked;
