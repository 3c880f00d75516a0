package dev.lorikeet.engine.text.jinja;

import dev.lorikeet.engine.text.jinja.Value.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** JSON as Python's {@code json.dumps(value, ensure_ascii=False)} writes it, which is transformers' tojson. */
final class JsonText {
    private final int indent;
    private final boolean sorted;
    private final TextBuilder builder = new TextBuilder();

    private JsonText(int indent, boolean sorted) {
        this.indent = indent;
        this.sorted = sorted;
    }

    static Text of(Value value, Arguments arguments) {
        var written = arguments.get(1, "indent").or(() -> arguments.get(0, "indent"));
        int indent = arguments.named().containsKey("indent")
                        || arguments.positional().size() == 1
                ? (int) Values.whole(written.orElse(new Value.Whole(-1)))
                : -1;
        boolean sorted = arguments
                .get(Integer.MAX_VALUE, "sort_keys")
                .map(Values::truthy)
                .orElse(false);
        var json = new JsonText(indent, sorted);
        json.write(value, 0);
        return json.builder.build();
    }

    private void write(Value value, int depth) {
        switch (value) {
            case Text text -> string(text);
            case Value.Whole(long whole) -> builder.append(Long.toString(whole));
            case Value.Real(double real) -> builder.append(Values.real(real));
            case Value.Truth(boolean truth) -> builder.append(truth ? "true" : "false");
            case Value.None() -> builder.append("null");
            case Value.Sequence(var items) -> {
                builder.append("[");
                for (int i = 0; i < items.size(); i++) {
                    separate(i, depth + 1);
                    write(items.get(i), depth + 1);
                }
                close("]", items.isEmpty(), depth);
            }
            case Value.Mapping(var entries) -> {
                Map<String, Value> ordered = sorted ? new TreeMap<>(entries) : new LinkedHashMap<>(entries);
                builder.append("{");
                int i = 0;
                for (var key : new ArrayList<>(ordered.keySet())) {
                    separate(i++, depth + 1);
                    string(Value.text(key));
                    builder.append(": ");
                    write(ordered.getOrDefault(key, Value.NONE), depth + 1);
                }
                close("}", entries.isEmpty(), depth);
            }
            case Value.Undefined _, Value.Namespace _, Value.Function _ ->
                throw new JinjaException(Values.kind(value) + " has no JSON form");
        }
    }

    private void separate(int index, int depth) {
        if (indent >= 0) {
            builder.append(index == 0 ? "\n" : ",\n").append(" ".repeat(indent * depth));
        } else if (index > 0) {
            builder.append(", ");
        }
    }

    private void close(String bracket, boolean empty, int depth) {
        if (indent >= 0 && !empty) {
            builder.append("\n").append(" ".repeat(indent * depth));
        }
        builder.append(bracket);
    }

    private void string(Text text) {
        builder.append("\"");
        for (int i = 0; i < text.length(); i++) {
            builder.append(escaped(text.chars().charAt(i)), text.origin(i));
        }
        builder.append("\"");
    }

    private static String escaped(char c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            default -> c < 0x20 ? String.format("\\u%04x", (int) c) : String.valueOf(c);
        };
    }
}
