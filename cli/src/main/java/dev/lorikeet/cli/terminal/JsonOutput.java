package dev.lorikeet.cli.terminal;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;

/** Messages of the contracts as programs want them: protobuf's JSON form, fields at their defaults included. */
public final class JsonOutput {

    private static final JsonFormat.Printer PRETTY = JsonFormat.printer().alwaysPrintFieldsWithNoPresence();
    private static final JsonFormat.Printer LINE =
            JsonFormat.printer().alwaysPrintFieldsWithNoPresence().omittingInsignificantWhitespace();

    private static final JsonFormat.Printer BRIEF =
            JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();

    private JsonOutput() {}

    /** Over several lines. */
    public static String of(MessageOrBuilder message) {
        return print(PRETTY, message);
    }

    /** In one line, for streams of messages. */
    public static String line(MessageOrBuilder message) {
        return print(LINE, message);
    }

    /** In one line, what is not set left out: as people write requests. */
    public static String brief(MessageOrBuilder message) {
        return print(BRIEF, message);
    }

    private static String print(JsonFormat.Printer printer, MessageOrBuilder message) {
        try {
            return printer.print(message);
        } catch (InvalidProtocolBufferException impossible) {
            throw new IllegalStateException("a message without a JSON form", impossible);
        }
    }
}
