/** The edge to the scheduler: orders come in, reports go out, adapters are announced, all over Kafka. */
@NullMarked
package dev.lorikeet.trainer.kafka;

import org.jspecify.annotations.NullMarked;
