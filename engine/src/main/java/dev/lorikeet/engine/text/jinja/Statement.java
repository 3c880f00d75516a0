package dev.lorikeet.engine.text.jinja;

import java.util.List;
import java.util.Optional;

/** Syntax of a template's parts. */
sealed interface Statement {
    record Data(String text) implements Statement {}

    record Output(Expression expression) implements Statement {}

    /** Each branch's condition with its body; an else branch has none. */
    record If(List<Branch> branches) implements Statement {}

    record Branch(Optional<Expression> condition, List<Statement> body) {}

    record For(
            List<String> targets,
            Expression iterable,
            Optional<Expression> condition,
            List<Statement> body,
            List<Statement> otherwise)
            implements Statement {}

    /** {@code set a, b = ...}; a target with a point is a namespace's attribute. */
    record Set(List<String> targets, Expression value) implements Statement {}

    /** {@code set a} ... {@code endset}. */
    record SetBlock(String target, List<Statement> body) implements Statement {}

    record Macro(String name, List<String> parameters, List<Optional<Expression>> defaults, List<Statement> body)
            implements Statement {}

    /** {@code generation}: what the assistant is to learn. */
    record Generation(List<Statement> body) implements Statement {}

    /** {@code filter x} ... {@code endfilter}. */
    record FilterBlock(String name, Expression.CallArguments arguments, List<Statement> body, int line)
            implements Statement {}

    record Break() implements Statement {}

    record Continue() implements Statement {}
}
