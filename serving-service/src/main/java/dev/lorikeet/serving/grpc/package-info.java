/** The gRPC edge: services, interceptors, mapping to and from the wire. */
@NullMarked
package dev.lorikeet.serving.grpc;

import org.jspecify.annotations.NullMarked;
