package dev.lorikeet.scheduler.protobuf;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.lorikeet.scheduler.request.Violation;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads tenants' bodies: JSON by protobuf's mapping, or protobuf itself; fields that the contract lacks are named. */
public final class RequestReader {
    /** The content type of protobuf bodies; everything else is read as JSON. */
    public static final String PROTOBUF = "application/x-protobuf";

    private static final int MAX_UNKNOWN = 100;

    private RequestReader() {}

    /**
     * A body that could be read.
     *
     * @param message its content
     * @param unknown fields that the contract does not know
     */
    public record Read<M>(M message, List<Violation> unknown) {
        public Read {
            unknown = List.copyOf(unknown);
        }
    }

    /** A body that could not be read. */
    public static final class Unreadable extends Exception {
        Unreadable(String reason, @Nullable Throwable cause) {
            super(reason, cause);
        }

        /** For people. */
        public String reason() {
            return String.valueOf(getMessage());
        }
    }

    /**
     * Reads a body.
     *
     * @param empty the message to fill
     * @param contentType the record's {@code content-type}, if it has one
     */
    @SuppressWarnings("unchecked")
    public static <M extends Message> Read<M> read(M empty, byte @Nullable [] body, @Nullable String contentType)
            throws Unreadable {
        if (body == null || body.length == 0) {
            throw new Unreadable("the body is empty", null);
        }
        Message.Builder builder = empty.newBuilderForType();
        List<Violation> unknown = new ArrayList<>();
        if (contentType != null && contentType.startsWith(PROTOBUF)) {
            try {
                builder.mergeFrom(body);
            } catch (InvalidProtocolBufferException e) {
                throw new Unreadable("not a protobuf " + name(empty) + ": " + e.getMessage(), e);
            }
            builder.getUnknownFields().asMap().keySet().forEach(number -> unknown.add(unknown("#" + number)));
        } else {
            json(empty, body, builder, unknown);
        }
        // A builder builds what its message is.
        return new Read<>((M) builder.build(), unknown);
    }

    private static void json(Message empty, byte[] body, Message.Builder builder, List<Violation> unknown)
            throws Unreadable {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            if (JsonParser.parseString(text) instanceof JsonObject object) {
                findUnknown(empty.getDescriptorForType(), object, "", unknown);
            } else {
                throw new Unreadable("not a JSON object", null);
            }
            JsonFormat.parser().ignoringUnknownFields().merge(text, builder);
        } catch (CharacterCodingException e) {
            throw new Unreadable("not UTF-8", e);
        } catch (JsonParseException | InvalidProtocolBufferException e) {
            throw new Unreadable("not a JSON " + name(empty) + ": " + e.getMessage(), e);
        } catch (StackOverflowError e) {
            throw new Unreadable("JSON nested too deeply", e);
        }
    }

    private static String name(Message message) {
        return message.getDescriptorForType().getName();
    }

    private static void findUnknown(Descriptor type, JsonObject object, String path, List<Violation> unknown) {
        for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
            FieldDescriptor field = field(type, entry.getKey());
            String here = path + entry.getKey();
            if (field == null) {
                if (unknown.size() < MAX_UNKNOWN) {
                    unknown.add(unknown(here));
                }
            } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                    && !field.isRepeated()
                    && entry.getValue() instanceof JsonObject inner) {
                findUnknown(field.getMessageType(), inner, here + ".", unknown);
            }
        }
    }

    private static @Nullable FieldDescriptor field(Descriptor type, String name) {
        for (FieldDescriptor field : type.getFields()) {
            if (field.getJsonName().equals(name) || field.getName().equals(name)) {
                return field;
            }
        }
        return null;
    }

    private static Violation unknown(String field) {
        return new Violation(
                Violation.Code.UNKNOWN_FIELD, field, "is not a field of this message; remove it or correct its name");
    }
}
