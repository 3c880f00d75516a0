package dev.lorikeet.engine.text.jinja;

import dev.lorikeet.engine.text.jinja.Value.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Python's rules for values: truth, printing, equality, order, length, iteration. */
final class Values {
    private Values() {}

    static boolean truthy(Value value) {
        return switch (value) {
            case Text text -> text.length() > 0;
            case Value.Whole(long whole) -> whole != 0;
            case Value.Real(double real) -> real != 0;
            case Value.Truth(boolean truth) -> truth;
            case Value.None() -> false;
            case Value.Undefined _ -> false;
            case Value.Sequence(var items) -> !items.isEmpty();
            case Value.Mapping(var entries) -> !entries.isEmpty();
            case Value.Namespace _ -> true;
            case Value.Function _ -> true;
        };
    }

    /** What {@code {{ value }}} writes. */
    static Text print(Value value) {
        return switch (value) {
            case Text text -> text;
            case Value.Undefined _ -> Value.text("");
            default -> repr(value);
        };
    }

    /** As Python's repr. */
    static Text repr(Value value) {
        return switch (value) {
            case Text text -> quoted(text);
            case Value.Whole(long whole) -> Value.text(Long.toString(whole));
            case Value.Real(double real) -> Value.text(real(real));
            case Value.Truth(boolean truth) -> Value.text(truth ? "True" : "False");
            case Value.None() -> Value.text("None");
            case Value.Undefined _ -> Value.text("Undefined");
            case Value.Sequence(var items) -> {
                var builder = new TextBuilder().append("[");
                for (int i = 0; i < items.size(); i++) {
                    builder.append(i == 0 ? "" : ", ").append(repr(items.get(i)));
                }
                yield builder.append("]").build();
            }
            case Value.Mapping(var entries) -> repr(entries);
            case Value.Namespace(var entries) -> repr(entries);
            case Value.Function(var name, var _) -> Value.text("<" + name + ">");
        };
    }

    private static Text repr(Map<String, Value> entries) {
        var builder = new TextBuilder().append("{");
        boolean first = true;
        for (var entry : entries.entrySet()) {
            builder.append(first ? "" : ", ")
                    .append(quoted(Value.text(entry.getKey())))
                    .append(": ")
                    .append(repr(entry.getValue()));
            first = false;
        }
        return builder.append("}").build();
    }

    private static Text quoted(Text text) {
        var quote = text.chars().contains("'") && !text.chars().contains("\"") ? "\"" : "'";
        var builder = new TextBuilder().append(quote);
        for (int i = 0; i < text.length(); i++) {
            char c = text.chars().charAt(i);
            var escaped = switch (c) {
                case '\n' -> "\\n";
                case '\r' -> "\\r";
                case '\t' -> "\\t";
                case '\\' -> "\\\\";
                default -> quote.charAt(0) == c ? "\\" + c : String.valueOf(c);
            };
            builder.append(escaped, text.origin(i));
        }
        return builder.append(quote).build();
    }

    static String real(double real) {
        if (real == Math.rint(real) && Math.abs(real) < 1e16) {
            return (long) real + ".0";
        }
        return Double.toString(real).replace("E-", "e-0").replace("E", "e+");
    }

    static Text text(Value value) {
        if (value instanceof Text text) {
            return text;
        }
        throw new JinjaException("a string was expected, not " + kind(value));
    }

    static long whole(Value value) {
        return switch (value) {
            case Value.Whole(long whole) -> whole;
            case Value.Truth(boolean truth) -> truth ? 1 : 0;
            default -> throw new JinjaException("a whole number was expected, not " + kind(value));
        };
    }

    static boolean numeric(Value value) {
        return value instanceof Value.Whole || value instanceof Value.Real || value instanceof Value.Truth;
    }

    static double real(Value value) {
        return value instanceof Value.Real(double real) ? real : whole(value);
    }

    static boolean equal(Value left, Value right) {
        if (numeric(left) && numeric(right)) {
            return real(left) == real(right);
        }
        if (left instanceof Value.Undefined && right instanceof Value.Undefined) {
            return true;
        }
        return left.equals(right);
    }

    static int compare(Value left, Value right) {
        if (numeric(left) && numeric(right)) {
            return Double.compare(real(left), real(right));
        }
        if (left instanceof Text first && right instanceof Text second) {
            return first.chars().compareTo(second.chars());
        }
        throw new JinjaException(kind(left) + " and " + kind(right) + " have no order");
    }

    static boolean contains(Value container, Value element) {
        return switch (container) {
            case Text text -> text.chars().contains(text(element).chars());
            case Value.Sequence(var items) -> items.stream().anyMatch(item -> equal(item, element));
            case Value.Mapping(var entries) -> element instanceof Text key && entries.containsKey(key.chars());
            case Value.Undefined _ -> false;
            default -> throw new JinjaException(kind(container) + " contains nothing");
        };
    }

    static int length(Value value) {
        return switch (value) {
            case Text text -> text.chars().codePointCount(0, text.length());
            case Value.Sequence(var items) -> items.size();
            case Value.Mapping(var entries) -> entries.size();
            case Value.Undefined _ -> 0;
            default -> throw new JinjaException(kind(value) + " has no length");
        };
    }

    /** The elements that a loop over a value sees. */
    static List<Value> elements(Value value) {
        return switch (value) {
            case Value.Sequence(var items) -> items;
            case Value.Mapping(var entries) ->
                entries.keySet().stream().<Value>map(Value::text).toList();
            case Text text -> characters(text);
            case Value.Undefined _ -> List.of();
            default -> throw new JinjaException(kind(value) + " cannot be looped over");
        };
    }

    private static List<Value> characters(Text text) {
        var characters = new ArrayList<Value>();
        for (int i = 0; i < text.length(); ) {
            int next = text.chars().offsetByCodePoints(i, 1);
            characters.add(text.slice(i, next));
            i = next;
        }
        return characters;
    }

    static Text join(List<Value> parts, Text separator) {
        var builder = new TextBuilder();
        for (int i = 0; i < parts.size(); i++) {
            if (i > 0) {
                builder.append(separator);
            }
            builder.append(print(parts.get(i)));
        }
        return builder.build();
    }

    static String kind(Value value) {
        return switch (value) {
            case Text _ -> "a string";
            case Value.Whole _, Value.Real _ -> "a number";
            case Value.Truth _ -> "a truth value";
            case Value.None() -> "None";
            case Value.Undefined(var name) -> "'" + name + "', which is undefined,";
            case Value.Sequence _ -> "a list";
            case Value.Mapping _ -> "a dictionary";
            case Value.Namespace _ -> "a namespace";
            case Value.Function _ -> "a function";
        };
    }
}
