/** A real Kafka broker in this JVM, and the platform's topics. */
@NullMarked
package dev.lorikeet.local.kafka;

import org.jspecify.annotations.NullMarked;
