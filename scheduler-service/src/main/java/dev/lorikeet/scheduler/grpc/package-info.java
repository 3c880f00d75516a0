/** Jobs over gRPC. */
@NullMarked
package dev.lorikeet.scheduler.grpc;

import org.jspecify.annotations.NullMarked;
