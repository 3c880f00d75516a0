package dev.lorikeet.cli.job;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.proto.training.v1.Method;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The adapter method, as options. The contract itself says which settings a method has: one that it lacks is refused by
 * name, and a method that the contract gains is offered at once.
 */
final class MethodOptions {

    /** Names that people use for settings of another method. */
    private static final Map<String, Map.Entry<String, Map<String, String>>> FLAVOURS =
            Map.of("rslora", Map.entry("lora", Map.of("rank_stabilized", "true")));

    @Option(
            names = "--method",
            paramLabel = "NAME",
            defaultValue = "lora",
            description = "How to adapt, by the contract's names or rslora (default: ${DEFAULT-VALUE}).")
    private String method = "lora";

    @Option(
            names = "--method-file",
            paramLabel = "FILE",
            description = "The method with all its settings, as the request's JSON: {\"lora\": {\"rank\": 4}}.")
    private @Nullable Path file;

    @Option(
            names = {"-M", "--method-setting"},
            paramLabel = "FIELD=VALUE",
            description = "A setting of the method by its field's name; lists by commas. May be given again.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--rank", paramLabel = "R", description = "Rank (platform default: 8).")
    private @Nullable String rank;

    @Option(names = "--alpha", paramLabel = "A", description = "Alpha (platform default: twice the rank).")
    private @Nullable String alpha;

    @Option(names = "--rank-stabilized", description = "Scale by alpha / sqrt(rank), as rsLoRA does.")
    private boolean rankStabilized;

    @Option(
            names = "--target-modules",
            paramLabel = "NAME,...",
            description = "Modules to adapt, such as q_proj,v_proj (platform default: all-linear).")
    private @Nullable String targetModules;

    @Option(names = "--dropout", paramLabel = "P", description = "Dropout before A while training.")
    private @Nullable String dropout;

    /** The method with what was set; the rest is the platform's to choose. */
    Method method() {
        Map<String, String> given = given();
        if (file != null) {
            if (!given.isEmpty() || !method.equals("lora")) {
                throw new CommandFailure("--method-file says everything about the method: give it alone.");
            }
            return read(file);
        }
        var flavour = FLAVOURS.get(method);
        Map<String, String> all = new LinkedHashMap<>(flavour == null ? Map.of() : flavour.getValue());
        all.putAll(given);
        return build(flavour == null ? method.replace('-', '_') : flavour.getKey(), all);
    }

    private Map<String, String> given() {
        Map<String, String> given = new LinkedHashMap<>();
        put(given, "rank", rank);
        put(given, "alpha", alpha);
        put(given, "rank_stabilized", rankStabilized ? "true" : null);
        put(given, "target_modules", targetModules);
        put(given, "dropout", dropout);
        given.putAll(settings);
        return given;
    }

    private static void put(Map<String, String> given, String field, @Nullable String value) {
        if (value != null) {
            given.put(field, value);
        }
    }

    private static Method read(Path file) {
        Method.Builder method = Method.newBuilder();
        try {
            JsonFormat.parser().merge(Files.readString(file), method);
        } catch (InvalidProtocolBufferException e) {
            throw new CommandFailure(file + " is no method: " + e.getMessage());
        } catch (IOException e) {
            throw new CommandFailure("There is no readable file " + file + ".");
        }
        return method.build();
    }

    private static Method build(String kind, Map<String, String> given) {
        List<FieldDescriptor> kinds =
                Method.getDescriptor().getOneofs().getFirst().getFields();
        FieldDescriptor chosen = kinds.stream()
                .filter(each -> each.getName().equals(kind))
                .findFirst()
                .orElseThrow(() -> new CommandFailure("There is no method '" + kind + "'; use one of " + names(kinds)
                        + " or " + String.join(", ", FLAVOURS.keySet()) + "."));
        Method.Builder method = Method.newBuilder();
        Message.Builder content = method.newBuilderForField(chosen);
        given.forEach((name, value) -> {
            FieldDescriptor field = content.getDescriptorForType().findFieldByName(name.replace('-', '_'));
            if (field == null) {
                throw new CommandFailure("The method " + kind + " has no setting '" + name + "'; it has "
                        + names(content.getDescriptorForType().getFields()) + ".");
            }
            set(content, field, value);
        });
        return method.setField(chosen, content.build()).build();
    }

    private static void set(Message.Builder content, FieldDescriptor field, String text) {
        try {
            if (field.isMapField() || field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                throw new IllegalArgumentException("write it in a --method-file");
            } else if (field.isRepeated()) {
                for (String part : text.split(",", -1)) {
                    content.addRepeatedField(field, value(field, part.strip()));
                }
            } else {
                content.setField(field, value(field, text.strip()));
            }
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(
                    "'" + text + "' is no value of the method's setting " + field.getName() + ": " + e.getMessage());
        }
    }

    private static Object value(FieldDescriptor field, String text) {
        return switch (field.getJavaType()) {
            case INT -> Integer.valueOf(text);
            case LONG -> Long.valueOf(text);
            case FLOAT -> Float.valueOf(text);
            case DOUBLE -> Double.valueOf(text);
            case STRING -> text;
            case BOOLEAN -> {
                if (!text.equals("true") && !text.equals("false")) {
                    throw new IllegalArgumentException("use true or false");
                }
                yield Boolean.valueOf(text);
            }
            case ENUM -> enumValue(field, text);
            case BYTE_STRING, MESSAGE -> throw new IllegalArgumentException("write it in a --method-file");
        };
    }

    /** By its whole name, or by what follows the enum's prefix, in any case. */
    private static EnumValueDescriptor enumValue(FieldDescriptor field, String text) {
        String wanted = text.toUpperCase(Locale.ROOT).replace('-', '_');
        List<EnumValueDescriptor> values = field.getEnumType().getValues();
        String first = values.getFirst().getName();
        String prefix = first.substring(0, first.lastIndexOf("UNSPECIFIED"));
        return values.stream()
                .filter(each -> each.getNumber() != 0)
                .filter(each -> each.getName().equals(wanted) || each.getName().equals(prefix + wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("use one of "
                        + values.stream()
                                .skip(1)
                                .map(each -> each.getName()
                                        .substring(prefix.length())
                                        .toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))));
    }

    private static String names(List<FieldDescriptor> fields) {
        return fields.stream().map(FieldDescriptor::getName).collect(Collectors.joining(", "));
    }
}
