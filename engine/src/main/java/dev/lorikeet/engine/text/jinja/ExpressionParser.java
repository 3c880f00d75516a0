package dev.lorikeet.engine.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Parses expressions with Jinja's precedence, loosest first. */
final class ExpressionParser {
    private static final int DEEPEST = 200;
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=");
    /** Words that end a test's bare argument. */
    private static final Set<String> WORDS = Set.of("else", "or", "and", "if", "is", "in", "not");

    private final TokenReader tokens;
    private int depth;

    ExpressionParser(TokenReader tokens) {
        this.tokens = tokens;
    }

    /** An expression, or several separated by commas as a tuple. */
    Expression tupleOrExpression() {
        var first = expression();
        if (!tokens.atOperator(",")) {
            return first;
        }
        var items = new ArrayList<>(List.of(first));
        while (tokens.takeOperator(",")) {
            if (tokens.peek().kind() == Token.Kind.BLOCK_END || tokens.atOperator(")")) {
                break;
            }
            items.add(expression());
        }
        return new Expression.ListOf(items);
    }

    Expression expression() {
        if (++depth > DEEPEST) {
            throw new JinjaException(tokens.peek().line(), "expressions are nested too deep");
        }
        var value = or();
        while (tokens.takeName("if")) {
            var condition = or();
            Optional<Expression> otherwise = tokens.takeName("else") ? Optional.of(expression()) : Optional.empty();
            value = new Expression.Conditional(condition, value, otherwise);
        }
        depth--;
        return value;
    }

    /** An expression in which a following "if" belongs to somebody else: the iterable of a loop. */
    Expression withoutConditional() {
        return or();
    }

    private Expression or() {
        var left = and();
        while (tokens.atName("or")) {
            int line = tokens.next().line();
            left = new Expression.Binary("or", left, and(), line);
        }
        return left;
    }

    private Expression and() {
        var left = not();
        while (tokens.atName("and")) {
            int line = tokens.next().line();
            left = new Expression.Binary("and", left, not(), line);
        }
        return left;
    }

    private Expression not() {
        if (tokens.takeName("not")) {
            return new Expression.Unary("not", not());
        }
        return comparison();
    }

    private Expression comparison() {
        var first = sum();
        var operators = new ArrayList<String>();
        var others = new ArrayList<Expression>();
        while (true) {
            if (tokens.peek().kind() == Token.Kind.OPERATOR
                    && COMPARISONS.contains(tokens.peek().text())) {
                operators.add(tokens.next().text());
            } else if (tokens.takeName("in")) {
                operators.add("in");
            } else if (tokens.atName("not") && tokens.peek(1).is(Token.Kind.NAME, "in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                break;
            }
            others.add(sum());
        }
        return operators.isEmpty() ? first : new Expression.Comparison(first, operators, others);
    }

    private Expression sum() {
        var left = joined();
        while (tokens.atOperator("+") || tokens.atOperator("-")) {
            var operator = tokens.next();
            left = new Expression.Binary(operator.text(), left, joined(), operator.line());
        }
        return left;
    }

    private Expression joined() {
        var left = product();
        while (tokens.atOperator("~")) {
            int line = tokens.next().line();
            left = new Expression.Binary("~", left, product(), line);
        }
        return left;
    }

    private Expression product() {
        var left = power();
        while (tokens.atOperator("*") || tokens.atOperator("/") || tokens.atOperator("//") || tokens.atOperator("%")) {
            var operator = tokens.next();
            left = new Expression.Binary(operator.text(), left, power(), operator.line());
        }
        return left;
    }

    private Expression power() {
        var left = unary();
        while (tokens.atOperator("**")) {
            int line = tokens.next().line();
            left = new Expression.Binary("**", left, unary(), line);
        }
        return left;
    }

    private Expression unary() {
        if (tokens.atOperator("-") || tokens.atOperator("+")) {
            return new Expression.Unary(tokens.next().text(), unary());
        }
        return filtersAndTests(postfix(primary()));
    }

    private Expression primary() {
        var token = tokens.next();
        return switch (token.kind()) {
            case WHOLE -> new Expression.Literal(whole(token));
            case REAL -> new Expression.Literal(new Value.Real(Double.parseDouble(token.text())));
            case STRING -> {
                var text = new StringBuilder(token.text());
                while (tokens.peek().kind() == Token.Kind.STRING) {
                    text.append(tokens.next().text());
                }
                yield new Expression.Literal(Value.text(text.toString()));
            }
            case NAME -> name(token);
            case OPERATOR -> display(token);
            case DATA, BLOCK_BEGIN, BLOCK_END, OUTPUT_BEGIN, OUTPUT_END, END ->
                throw new JinjaException(token.line(), "an expression is missing");
        };
    }

    private static Value whole(Token token) {
        try {
            return new Value.Whole(Long.parseLong(token.text()));
        } catch (NumberFormatException e) {
            throw new JinjaException(token.line(), "the number " + token.text() + " is too large");
        }
    }

    private static Expression name(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expression.Literal(Value.TRUE);
            case "false", "False" -> new Expression.Literal(Value.FALSE);
            case "none", "None" -> new Expression.Literal(Value.NONE);
            default -> new Expression.Name(token.text(), token.line());
        };
    }

    private Expression display(Token token) {
        return switch (token.text()) {
            case "(" -> {
                if (tokens.takeOperator(")")) {
                    yield new Expression.ListOf(List.of());
                }
                var inner = tupleOrExpression();
                tokens.expectOperator(")");
                yield inner;
            }
            case "[" -> new Expression.ListOf(until("]"));
            case "{" -> dictionary();
            default -> throw new JinjaException(token.line(), "unexpected '" + token.text() + "'");
        };
    }

    private Expression dictionary() {
        var keys = new ArrayList<Expression>();
        var values = new ArrayList<Expression>();
        while (!tokens.takeOperator("}")) {
            keys.add(expression());
            tokens.expectOperator(":");
            values.add(expression());
            if (!tokens.atOperator("}")) {
                tokens.expectOperator(",");
            }
        }
        return new Expression.DictOf(keys, values);
    }

    private List<Expression> until(String closing) {
        var items = new ArrayList<Expression>();
        while (!tokens.takeOperator(closing)) {
            items.add(expression());
            if (!tokens.atOperator(closing)) {
                tokens.expectOperator(",");
            }
        }
        return items;
    }

    private Expression postfix(Expression start) {
        var target = start;
        while (true) {
            if (tokens.takeOperator(".")) {
                var key = tokens.next();
                if (key.kind() == Token.Kind.NAME) {
                    target = new Expression.Attribute(target, key.text());
                } else if (key.kind() == Token.Kind.WHOLE) {
                    target = new Expression.Item(target, new Expression.Literal(whole(key)));
                } else {
                    throw new JinjaException(key.line(), "a name must follow '.'");
                }
            } else if (tokens.takeOperator("[")) {
                target = subscript(target);
            } else if (tokens.atOperator("(")) {
                int line = tokens.peek().line();
                target = new Expression.Call(target, arguments(), line);
            } else {
                return target;
            }
        }
    }

    private Expression subscript(Expression target) {
        Optional<Expression> from = tokens.atOperator(":") ? Optional.empty() : Optional.of(expression());
        if (from.isPresent() && tokens.takeOperator("]")) {
            return new Expression.Item(target, from.get());
        }
        tokens.expectOperator(":");
        var to = bound();
        Optional<Expression> step = tokens.takeOperator(":") ? bound() : Optional.empty();
        tokens.expectOperator("]");
        return new Expression.Slice(target, from, to, step);
    }

    private Optional<Expression> bound() {
        return tokens.atOperator(":") || tokens.atOperator("]") ? Optional.empty() : Optional.of(expression());
    }

    /** Arguments in parentheses. */
    Expression.CallArguments arguments() {
        tokens.expectOperator("(");
        var positional = new ArrayList<Expression>();
        var names = new ArrayList<String>();
        var named = new ArrayList<Expression>();
        while (!tokens.takeOperator(")")) {
            if (tokens.peek().kind() == Token.Kind.NAME && tokens.peek(1).is(Token.Kind.OPERATOR, "=")) {
                names.add(tokens.next().text());
                tokens.next();
                named.add(expression());
            } else {
                positional.add(expression());
            }
            if (!tokens.atOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new Expression.CallArguments(positional, names, named);
    }

    private Expression filtersAndTests(Expression start) {
        var target = start;
        while (true) {
            if (tokens.takeOperator("|")) {
                var name = tokens.expect(Token.Kind.NAME, "a filter's name");
                var arguments = tokens.atOperator("(") ? arguments() : Expression.CallArguments.NONE;
                target = postfix(new Expression.Filter(target, name.text(), arguments, name.line()));
            } else if (tokens.takeName("is")) {
                target = test(target);
            } else {
                return target;
            }
        }
    }

    private Expression test(Expression target) {
        boolean negated = tokens.takeName("not");
        var name = tokens.expect(Token.Kind.NAME, "a test's name");
        Expression.CallArguments arguments;
        var next = tokens.peek();
        if (tokens.atOperator("(")) {
            arguments = arguments();
        } else if (next.kind() == Token.Kind.STRING
                || next.kind() == Token.Kind.WHOLE
                || next.kind() == Token.Kind.REAL
                || tokens.atOperator("[")
                || (next.kind() == Token.Kind.NAME && !WORDS.contains(next.text()))) {
            arguments = new Expression.CallArguments(List.of(postfix(primary())), List.of(), List.of());
        } else {
            arguments = Expression.CallArguments.NONE;
        }
        var test = new Expression.Test(target, name.text(), arguments, name.line());
        return negated ? new Expression.Unary("not", test) : test;
    }
}
