package dev.lorikeet.cli.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/** A failed call in words for people. */
public final class CallErrors {

    private CallErrors() {}

    /**
     * What the service said: the status, then a line for each field that it refuses.
     *
     * @param failure of a call
     */
    public static String describe(StatusRuntimeException failure) {
        Status status = failure.getStatus();
        String description = status.getDescription() == null ? "no reason given" : status.getDescription();
        StringBuilder text = new StringBuilder(status.getCode() + ": " + description);
        com.google.rpc.Status details = StatusProto.fromThrowable(failure);
        if (details != null) {
            for (Any detail : details.getDetailsList()) {
                violations(detail)
                        .getFieldViolationsList()
                        .forEach(violation -> text.append("\n  ")
                                .append(violation.getField())
                                .append(": ")
                                .append(violation.getDescription()));
            }
        }
        switch (status.getCode()) {
            case UNAVAILABLE ->
                text.append(
                        "\nIs the platform up? Start one with `./lorikeet up`; `./lorikeet doctor` tells its health.");
            case UNAUTHENTICATED -> text.append("\nGive a valid credential by --key or LORIKEET_KEY.");
            default -> {}
        }
        return text.toString();
    }

    private static BadRequest violations(Any detail) {
        try {
            return detail.is(BadRequest.class) ? detail.unpack(BadRequest.class) : BadRequest.getDefaultInstance();
        } catch (InvalidProtocolBufferException damaged) {
            return BadRequest.getDefaultInstance();
        }
    }
}
