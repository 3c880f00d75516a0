/** Training requests and events on Kafka, as any tenant's program would use them. */
@NullMarked
package dev.lorikeet.cli.kafka;

import org.jspecify.annotations.NullMarked;
