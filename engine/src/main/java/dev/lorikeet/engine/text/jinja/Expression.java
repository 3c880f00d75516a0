package dev.lorikeet.engine.text.jinja;

import java.util.List;
import java.util.Optional;

/** Syntax of an expression. */
sealed interface Expression {
    record Literal(Value value) implements Expression {}

    record Name(String name, int line) implements Expression {}

    /** A list or tuple display. */
    record ListOf(List<Expression> items) implements Expression {}

    record DictOf(List<Expression> keys, List<Expression> values) implements Expression {}

    record Attribute(Expression target, String name) implements Expression {}

    record Item(Expression target, Expression key) implements Expression {}

    record Slice(Expression target, Optional<Expression> from, Optional<Expression> to, Optional<Expression> step)
            implements Expression {}

    record Call(Expression target, CallArguments arguments, int line) implements Expression {}

    record Filter(Expression target, String name, CallArguments arguments, int line) implements Expression {}

    record Test(Expression target, String name, CallArguments arguments, int line) implements Expression {}

    record Unary(String operator, Expression operand) implements Expression {}

    record Binary(String operator, Expression left, Expression right, int line) implements Expression {}

    /** A chain such as {@code a < b < c}. */
    record Comparison(Expression first, List<String> operators, List<Expression> others) implements Expression {}

    record Conditional(Expression condition, Expression then, Optional<Expression> otherwise) implements Expression {}

    /** Arguments as written. */
    record CallArguments(List<Expression> positional, List<String> names, List<Expression> named) {
        static final CallArguments NONE = new CallArguments(List.of(), List.of(), List.of());
    }
}
