package dev.lorikeet.engine.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Parses a template's statements. */
final class TemplateParser {
    private static final int DEEPEST = 100;

    private final TokenReader tokens;
    private final ExpressionParser expressions;
    private int depth;

    private TemplateParser(TokenReader tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    static List<Statement> parse(String source) {
        var parser = new TemplateParser(new TokenReader(Lexer.tokens(source)));
        var statements = parser.until(Set.of());
        parser.tokens.expect(Token.Kind.END, "the template's end");
        return statements;
    }

    /** Statements up to a block tag with one of these names, which is left with its BLOCK_BEGIN taken. */
    private List<Statement> until(Set<String> ends) {
        if (++depth > DEEPEST) {
            throw new JinjaException(tokens.peek().line(), "blocks are nested too deep");
        }
        var statements = new ArrayList<Statement>();
        while (tokens.peek().kind() != Token.Kind.END) {
            var token = tokens.next();
            switch (token.kind()) {
                case DATA -> statements.add(new Statement.Data(token.text()));
                case OUTPUT_BEGIN -> {
                    statements.add(new Statement.Output(expressions.tupleOrExpression()));
                    tokens.expect(Token.Kind.OUTPUT_END, "}}");
                }
                case BLOCK_BEGIN -> {
                    if (ends.contains(tokens.peek().text())) {
                        depth--;
                        return statements;
                    }
                    statements.add(block());
                }
                case BLOCK_END, OUTPUT_END, NAME, WHOLE, REAL, STRING, OPERATOR, END ->
                    throw new JinjaException(token.line(), "unexpected " + token.kind());
            }
        }
        if (!ends.isEmpty()) {
            throw new JinjaException(tokens.peek().line(), "a block is not closed; expected one of " + ends);
        }
        depth--;
        return statements;
    }

    private Statement block() {
        var name = tokens.expect(Token.Kind.NAME, "a block's name");
        return switch (name.text()) {
            case "if" -> ifBlock();
            case "for" -> forBlock();
            case "set" -> setBlock();
            case "macro" -> macro();
            case "generation" -> {
                endOfTag();
                yield new Statement.Generation(body("endgeneration"));
            }
            case "filter" -> {
                var filter = tokens.expect(Token.Kind.NAME, "a filter's name");
                var arguments = tokens.atOperator("(") ? expressions.arguments() : Expression.CallArguments.NONE;
                endOfTag();
                yield new Statement.FilterBlock(filter.text(), arguments, body("endfilter"), filter.line());
            }
            case "break" -> {
                endOfTag();
                yield new Statement.Break();
            }
            case "continue" -> {
                endOfTag();
                yield new Statement.Continue();
            }
            default -> throw new JinjaException(name.line(), "unknown block '" + name.text() + "'");
        };
    }

    private List<Statement> body(String end) {
        var statements = until(Set.of(end));
        tokens.next();
        endOfTag();
        return statements;
    }

    private void endOfTag() {
        tokens.expect(Token.Kind.BLOCK_END, "%}");
    }

    private Statement ifBlock() {
        var branches = new ArrayList<Statement.Branch>();
        Optional<Expression> condition = Optional.of(expressions.tupleOrExpression());
        while (true) {
            endOfTag();
            var body = until(condition.isPresent() ? Set.of("elif", "else", "endif") : Set.of("endif"));
            branches.add(new Statement.Branch(condition, body));
            var end = tokens.next().text();
            if (end.equals("endif")) {
                endOfTag();
                return new Statement.If(branches);
            }
            condition = end.equals("elif") ? Optional.of(expressions.tupleOrExpression()) : Optional.empty();
        }
    }

    private Statement forBlock() {
        var targets = targets();
        if (!tokens.takeName("in")) {
            throw tokens.unexpected("'in'");
        }
        var iterable = expressions.withoutConditional();
        Optional<Expression> condition =
                tokens.takeName("if") ? Optional.of(expressions.expression()) : Optional.empty();
        if (tokens.atName("recursive")) {
            throw new JinjaException(tokens.peek().line(), "recursive loops are unknown here");
        }
        endOfTag();
        var body = until(Set.of("else", "endfor"));
        List<Statement> otherwise = List.of();
        if (tokens.next().text().equals("else")) {
            endOfTag();
            otherwise = until(Set.of("endfor"));
            tokens.next();
        }
        endOfTag();
        return new Statement.For(targets, iterable, condition, body, otherwise);
    }

    private List<String> targets() {
        boolean parenthesised = tokens.takeOperator("(");
        var targets = new ArrayList<String>();
        do {
            var name = tokens.expect(Token.Kind.NAME, "a name");
            var target = name.text();
            if (tokens.takeOperator(".")) {
                target += "."
                        + tokens.expect(Token.Kind.NAME, "an attribute's name").text();
            }
            targets.add(target);
        } while (tokens.takeOperator(","));
        if (parenthesised) {
            tokens.expectOperator(")");
        }
        return targets;
    }

    private Statement setBlock() {
        var targets = targets();
        if (tokens.takeOperator("=")) {
            var value = expressions.tupleOrExpression();
            endOfTag();
            return new Statement.Set(targets, value);
        }
        endOfTag();
        return new Statement.SetBlock(targets.getFirst(), body("endset"));
    }

    private Statement macro() {
        var name = tokens.expect(Token.Kind.NAME, "a macro's name").text();
        tokens.expectOperator("(");
        var parameters = new ArrayList<String>();
        var defaults = new ArrayList<Optional<Expression>>();
        while (!tokens.takeOperator(")")) {
            parameters.add(tokens.expect(Token.Kind.NAME, "a parameter's name").text());
            defaults.add(tokens.takeOperator("=") ? Optional.of(expressions.expression()) : Optional.empty());
            if (!tokens.atOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        endOfTag();
        return new Statement.Macro(name, parameters, defaults, body("endmacro"));
    }
}
