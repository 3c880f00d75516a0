package dev.lorikeet.engine.text.jinja;

import java.util.List;

/** A position in a template's tokens. */
final class TokenReader {
    private final List<Token> tokens;
    private int at;

    TokenReader(List<Token> tokens) {
        this.tokens = List.copyOf(tokens);
    }

    Token peek() {
        return tokens.get(at);
    }

    Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    Token next() {
        var token = tokens.get(at);
        if (token.kind() != Token.Kind.END) {
            at++;
        }
        return token;
    }

    boolean atOperator(String text) {
        return peek().is(Token.Kind.OPERATOR, text);
    }

    boolean atName(String text) {
        return peek().is(Token.Kind.NAME, text);
    }

    boolean takeOperator(String text) {
        if (atOperator(text)) {
            at++;
            return true;
        }
        return false;
    }

    boolean takeName(String text) {
        if (atName(text)) {
            at++;
            return true;
        }
        return false;
    }

    void expectOperator(String text) {
        if (!takeOperator(text)) {
            throw unexpected("'" + text + "'");
        }
    }

    Token expect(Token.Kind kind, String what) {
        if (peek().kind() != kind) {
            throw unexpected(what);
        }
        return next();
    }

    JinjaException unexpected(String wanted) {
        var token = peek();
        var found = token.text().isEmpty() ? token.kind().toString() : "'" + token.text() + "'";
        return new JinjaException(token.line(), "expected " + wanted + " but found " + found);
    }
}
