package dev.lorikeet.scheduler.protobuf;

import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import dev.lorikeet.scheduler.request.Targets;
import java.util.List;

/** The four fields by which methods choose their modules, which are called alike in each method's message. */
final class TargetsMapper {
    private static final String MODULES = "target_modules";
    private static final String PATTERN = "target_pattern";
    private static final String EXCLUDED = "exclude_modules";
    private static final String LAYERS = "layers_to_transform";

    private TargetsMapper() {}

    /** The targets that a method's message names. */
    @SuppressWarnings("unchecked") // the contract says what the fields hold
    static Targets toSpec(MessageOrBuilder method) {
        return new Targets(
                (List<String>) get(method, MODULES),
                (String) get(method, PATTERN),
                (List<String>) get(method, EXCLUDED),
                (List<Integer>) get(method, LAYERS));
    }

    /** A method's message with the targets. */
    static <B extends Message.Builder> B with(B method, Targets targets) {
        set(method, MODULES, targets.modules());
        set(method, PATTERN, targets.pattern());
        set(method, EXCLUDED, targets.excluded());
        set(method, LAYERS, targets.layers());
        return method;
    }

    private static Object get(MessageOrBuilder method, String field) {
        return method.getField(method.getDescriptorForType().findFieldByName(field));
    }

    private static void set(Message.Builder method, String field, Object value) {
        method.setField(method.getDescriptorForType().findFieldByName(field), value);
    }
}
