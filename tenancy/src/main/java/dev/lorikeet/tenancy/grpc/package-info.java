/** The tenant of a gRPC call, taken from its metadata. */
@NullMarked
package dev.lorikeet.tenancy.grpc;

import org.jspecify.annotations.NullMarked;
