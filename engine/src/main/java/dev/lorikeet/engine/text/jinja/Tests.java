package dev.lorikeet.engine.text.jinja;

import dev.lorikeet.engine.text.jinja.Value.Text;
import java.util.Locale;

/** What may follow {@code is}. */
final class Tests {
    private Tests() {}

    static boolean holds(String name, Value value, Arguments arguments) {
        return switch (name) {
            case "defined" -> !(value instanceof Value.Undefined);
            case "undefined" -> value instanceof Value.Undefined;
            case "none" -> value instanceof Value.None;
            case "string" -> value instanceof Text;
            case "mapping" -> value instanceof Value.Mapping;
            case "sequence" ->
                value instanceof Value.Sequence || value instanceof Text || value instanceof Value.Mapping;
            case "iterable" ->
                value instanceof Value.Sequence
                        || value instanceof Text
                        || value instanceof Value.Mapping
                        || value instanceof Value.Undefined;
            case "number" -> Values.numeric(value);
            case "integer" -> value instanceof Value.Whole;
            case "float" -> value instanceof Value.Real;
            case "boolean" -> value instanceof Value.Truth;
            case "true" -> value instanceof Value.Truth(boolean truth) && truth;
            case "false" -> value instanceof Value.Truth(boolean truth) && !truth;
            case "callable" -> value instanceof Value.Function;
            case "odd" -> Values.whole(value) % 2 != 0;
            case "even" -> Values.whole(value) % 2 == 0;
            case "divisibleby" -> Values.whole(value) % Values.whole(arguments.require(0, "num")) == 0;
            case "equalto", "eq" -> Values.equal(value, arguments.require(0, "other"));
            case "ne" -> !Values.equal(value, arguments.require(0, "other"));
            case "gt", "greaterthan" -> Values.compare(value, arguments.require(0, "other")) > 0;
            case "ge" -> Values.compare(value, arguments.require(0, "other")) >= 0;
            case "lt", "lessthan" -> Values.compare(value, arguments.require(0, "other")) < 0;
            case "le" -> Values.compare(value, arguments.require(0, "other")) <= 0;
            case "in" -> Values.contains(arguments.require(0, "seq"), value);
            case "lower" -> {
                var chars = Values.print(value).chars();
                yield chars.equals(chars.toLowerCase(Locale.ROOT));
            }
            case "upper" -> {
                var chars = Values.print(value).chars();
                yield chars.equals(chars.toUpperCase(Locale.ROOT));
            }
            default -> throw new JinjaException("unknown test '" + name + "'");
        };
    }
}
