package dev.lorikeet.engine.text.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names and their values, inner ones before outer ones. */
final class Scope {
    private final Map<String, Value> values = new HashMap<>();
    private final @Nullable Scope outer;

    Scope(@Nullable Scope outer) {
        this.outer = outer;
    }

    Value get(String name) {
        for (@Nullable Scope scope = this; scope != null; scope = scope.outer) {
            @Nullable Value value = scope.values.get(name);
            if (value != null) {
                return value;
            }
        }
        return new Value.Undefined(name);
    }

    void set(String name, Value value) {
        values.put(name, value);
    }

    Scope outermost() {
        var scope = this;
        while (scope.outer != null) {
            scope = scope.outer;
        }
        return scope;
    }
}
