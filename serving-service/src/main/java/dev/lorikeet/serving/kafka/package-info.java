/** The Kafka edge: adapter events in and out, usage events out. */
@NullMarked
package dev.lorikeet.serving.kafka;

import org.jspecify.annotations.NullMarked;
