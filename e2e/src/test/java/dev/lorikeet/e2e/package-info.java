/** The whole platform as processes, from a request on Kafka to an answer over gRPC. */
@NullMarked
package dev.lorikeet.e2e;

import org.jspecify.annotations.NullMarked;
