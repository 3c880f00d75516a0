package dev.lorikeet.engine.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a call was given.
 *
 * @param positional in order
 * @param named by keyword
 */
public record Arguments(List<Value> positional, Map<String, Value> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    public Arguments {
        positional = List.copyOf(positional);
        named = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(named));
    }

    /** The argument at a position or of a name. */
    Optional<Value> get(int position, String name) {
        if (position < positional.size()) {
            return Optional.of(positional.get(position));
        }
        return Optional.ofNullable(named.get(name));
    }

    Value require(int position, String name) {
        return get(position, name).orElseThrow(() -> new JinjaException("the argument " + name + " is missing"));
    }

    String text(int position, String name) {
        return Values.text(require(position, name)).chars();
    }

    int integer(int position, String name, int absent) {
        var value = get(position, name).orElse(Value.NONE);
        return value instanceof Value.None ? absent : (int) Values.whole(value);
    }

    /** All but the first positional. */
    Arguments rest() {
        return new Arguments(positional.subList(Math.min(1, positional.size()), positional.size()), named);
    }
}
