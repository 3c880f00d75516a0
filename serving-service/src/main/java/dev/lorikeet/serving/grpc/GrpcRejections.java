package dev.lorikeet.serving.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.lorikeet.registry.store.RegistryException;
import dev.lorikeet.serving.loop.RegistryRejections;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.tenancy.InvalidName;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import org.jboss.logging.Logger;

/** Words refusals as gRPC statuses with google.rpc details: the field at fault, a stable reason, when to come again. */
final class GrpcRejections {
    private static final Logger LOG = Logger.getLogger(GrpcRejections.class);
    private static final String DOMAIN = "lorikeet.dev";

    private GrpcRejections() {}

    /** What the caller is told about any failure; what is a bug is logged and not shown. */
    static StatusRuntimeException of(Throwable failure) {
        return switch (failure) {
            case RejectedException e -> of(e.rejection());
            case RegistryException e -> of(RegistryRejections.of(e).rejection());
            case InvalidName e -> of(Rejection.invalid(e.field(), e.reason()));
            case StatusRuntimeException e -> e;
            default -> {
                LOG.error("a call failed", failure);
                yield of(Rejection.of(Rejection.Code.INTERNAL, "internal error"));
            }
        };
    }

    static StatusRuntimeException of(Rejection rejection) {
        Status.Builder status = Status.newBuilder()
                .setCode(code(rejection).value())
                .setMessage(
                        rejection.field().isEmpty()
                                ? rejection.message()
                                : rejection.field() + ": " + rejection.message())
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(rejection.code().name())
                        .setDomain(DOMAIN)
                        .build()));
        if (!rejection.field().isEmpty()) {
            status.addDetails(Any.pack(BadRequest.newBuilder()
                    .addFieldViolations(BadRequest.FieldViolation.newBuilder()
                            .setField(rejection.field())
                            .setDescription(rejection.message()))
                    .build()));
        }
        if (!rejection.retryAfter().isZero()) {
            status.addDetails(Any.pack(RetryInfo.newBuilder()
                    .setRetryDelay(Duration.newBuilder()
                            .setSeconds(rejection.retryAfter().toSeconds())
                            .setNanos(rejection.retryAfter().toNanosPart()))
                    .build()));
        }
        return StatusProto.toStatusRuntimeException(status.build());
    }

    private static io.grpc.Status.Code code(Rejection rejection) {
        return switch (rejection.code()) {
            case INVALID_ARGUMENT -> io.grpc.Status.Code.INVALID_ARGUMENT;
            case NOT_FOUND -> io.grpc.Status.Code.NOT_FOUND;
            case FAILED_PRECONDITION -> io.grpc.Status.Code.FAILED_PRECONDITION;
            case ABORTED -> io.grpc.Status.Code.ABORTED;
            case DATA_LOSS -> io.grpc.Status.Code.DATA_LOSS;
            case RESOURCE_EXHAUSTED -> io.grpc.Status.Code.RESOURCE_EXHAUSTED;
            case UNAVAILABLE -> io.grpc.Status.Code.UNAVAILABLE;
            case DEADLINE_EXCEEDED -> io.grpc.Status.Code.DEADLINE_EXCEEDED;
            case CANCELLED -> io.grpc.Status.Code.CANCELLED;
            case INTERNAL -> io.grpc.Status.Code.INTERNAL;
        };
    }
}
