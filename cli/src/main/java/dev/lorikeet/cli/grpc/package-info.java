/** The platform's gRPC services, called with the tenant's credential. */
@NullMarked
package dev.lorikeet.cli.grpc;

import org.jspecify.annotations.NullMarked;
