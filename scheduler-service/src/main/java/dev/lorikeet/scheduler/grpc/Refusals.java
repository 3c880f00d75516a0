package dev.lorikeet.scheduler.grpc;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import dev.lorikeet.proto.training.v1.Violation;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.stream.Collectors;

/** Makes gRPC statuses of refusals. */
final class Refusals {
    private Refusals() {}

    static StatusRuntimeException rejected(List<Violation> violations) {
        BadRequest.Builder details = BadRequest.newBuilder();
        violations.forEach(violation -> details.addFieldViolationsBuilder()
                .setField(violation.getField())
                .setReason(violation.getCode())
                .setDescription(violation.getReason()));
        String message = violations.stream()
                .map(violation ->
                        (violation.getField().isEmpty() ? "" : violation.getField() + ": ") + violation.getReason())
                .collect(Collectors.joining("; "));
        return status(code(violations), message, details.build());
    }

    static StatusRuntimeException invalid(String field, String code, String reason) {
        return rejected(List.of(Violation.newBuilder()
                .setField(field)
                .setCode(code)
                .setReason(reason)
                .build()));
    }

    private static Code code(List<Violation> violations) {
        List<String> codes =
                violations.stream().map(Violation::getCode).distinct().toList();
        if (codes.contains("CONFLICT")) {
            return Code.ALREADY_EXISTS;
        }
        return codes.equals(List.of("FORBIDDEN")) ? Code.PERMISSION_DENIED : Code.INVALID_ARGUMENT;
    }

    private static StatusRuntimeException status(Code code, String message, BadRequest details) {
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(code.getNumber())
                .setMessage(message)
                .addDetails(Any.pack(details))
                .build());
    }
}
