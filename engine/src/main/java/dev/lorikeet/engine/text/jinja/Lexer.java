package dev.lorikeet.engine.text.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a template into tokens, with transformers' settings: trim_blocks (the newline after a block tag goes) and
 * lstrip_blocks (blanks before a block tag at the start of a line go). One newline at the template's end goes too.
 */
final class Lexer {
    private static final List<String> OPERATORS = List.of(
            "**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{",
            "}", ",", ".", ":", "|");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    /** Whether the text at the current position is at the start of a line. */
    private boolean lineStart = true;
    /** Whether the tag before asked for the blanks after it to go. */
    private boolean stripNext;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        var normal = template.replace("\r\n", "\n").replace('\r', '\n');
        var lexer = new Lexer(normal.endsWith("\n") ? normal.substring(0, normal.length() - 1) : normal);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (at < source.length()) {
            int tag = nextTag();
            data(source.substring(at, tag), tag);
            if (tag == source.length()) {
                break;
            }
            advance(tag);
            switch (source.charAt(at + 1)) {
                case '#' -> comment();
                case '%' -> {
                    if (!raw()) {
                        inside(Token.Kind.BLOCK_BEGIN, Token.Kind.BLOCK_END, "%}");
                    }
                }
                default -> inside(Token.Kind.OUTPUT_BEGIN, Token.Kind.OUTPUT_END, "}}");
            }
        }
        tokens.add(new Token(Token.Kind.END, "", line));
    }

    private int nextTag() {
        for (int i = at; i + 1 < source.length(); i++) {
            if (source.charAt(i) == '{' && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return source.length();
    }

    private void data(String raw, int tag) {
        var text = stripNext ? raw.stripLeading() : raw;
        boolean startsLine = lineStart && !(stripNext && raw.isEmpty());
        stripNext = false;
        if (tag < source.length()) {
            char modifier = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
            if (modifier == '-') {
                text = text.stripTrailing();
            } else if (modifier != '+' && source.charAt(tag + 1) != '{') {
                int newline = raw.lastIndexOf('\n');
                if ((newline >= 0 || startsLine) && raw.substring(newline + 1).isBlank()) {
                    text = text.substring(0, Math.max(0, text.lastIndexOf('\n') + 1));
                }
            }
        }
        if (!text.isEmpty()) {
            tokens.add(new Token(Token.Kind.DATA, text, line));
        }
    }

    private void advance(int to) {
        for (int i = at; i < to; i++) {
            line += source.charAt(i) == '\n' ? 1 : 0;
        }
        at = to;
    }

    private void comment() {
        int end = source.indexOf("#}", at + 2);
        if (end < 0) {
            throw new JinjaException(line, "a comment has no end");
        }
        char modifier = source.charAt(end - 1);
        advance(end + 2);
        after(modifier, true);
    }

    private void after(char modifier, boolean trimNewline) {
        stripNext = modifier == '-';
        lineStart = false;
        if (trimNewline && modifier != '-' && modifier != '+' && at < source.length() && source.charAt(at) == '\n') {
            advance(at + 1);
            lineStart = true;
        }
    }

    /** {% raw %}: everything up to {% endraw %} is data. */
    private boolean raw() {
        var matcher = java.util.regex.Pattern.compile(
                        "\\{%[-+]?\\s*raw\\s*([-+]?)%}(.*?)\\{%([-+]?)\\s*endraw\\s*([-+]?)%}",
                        java.util.regex.Pattern.DOTALL)
                .matcher(source)
                .region(at, source.length());
        if (!matcher.lookingAt()) {
            return false;
        }
        var text = matcher.group(2);
        if (matcher.group(1).equals("-")) {
            text = text.stripLeading();
        } else if (text.startsWith("\n")) {
            text = text.substring(1);
        }
        if (matcher.group(3).equals("-")) {
            text = text.stripTrailing();
        }
        tokens.add(new Token(Token.Kind.DATA, text, line));
        advance(matcher.end());
        after(matcher.group(4).isEmpty() ? ' ' : matcher.group(4).charAt(0), true);
        return true;
    }

    private void inside(Token.Kind begin, Token.Kind end, String closing) {
        tokens.add(new Token(begin, "", line));
        advance(at + 2);
        if (at < source.length() && "-+".indexOf(source.charAt(at)) >= 0) {
            advance(at + 1);
        }
        int depth = 0;
        while (true) {
            skipBlanks();
            if (at >= source.length()) {
                throw new JinjaException(line, "a tag has no end; expected " + closing);
            }
            char c = source.charAt(at);
            boolean modified = (c == '-' || c == '+') && source.startsWith(closing, at + 1);
            if (depth == 0 && (modified || source.startsWith(closing, at))) {
                tokens.add(new Token(end, "", line));
                advance(at + (modified ? 3 : 2));
                after(modified ? c : ' ', end == Token.Kind.BLOCK_END);
                return;
            }
            var token = token(c);
            if (token.kind() == Token.Kind.OPERATOR) {
                depth += "([{".contains(token.text()) ? 1 : ")]}".contains(token.text()) ? -1 : 0;
            }
            tokens.add(token);
        }
    }

    private void skipBlanks() {
        int next = at;
        while (next < source.length() && Character.isWhitespace(source.charAt(next))) {
            next++;
        }
        advance(next);
    }

    private Token token(char c) {
        int from = at;
        if (Character.isLetter(c) || c == '_') {
            int to = from;
            while (to < source.length() && (Character.isLetterOrDigit(source.charAt(to)) || source.charAt(to) == '_')) {
                to++;
            }
            return taken(Token.Kind.NAME, source.substring(from, to), to);
        }
        if (c >= '0' && c <= '9') {
            return number(from);
        }
        if (c == '\'' || c == '"') {
            return string(c);
        }
        for (var operator : OPERATORS) {
            if (source.startsWith(operator, at)) {
                return taken(Token.Kind.OPERATOR, operator, at + operator.length());
            }
        }
        throw new JinjaException(line, "unexpected character '" + c + "'");
    }

    private Token number(int from) {
        int to = from;
        boolean real = false;
        while (to < source.length()) {
            char c = source.charAt(to);
            boolean point = c == '.' && !real && to + 1 < source.length() && Character.isDigit(source.charAt(to + 1));
            if (!Character.isDigit(c) && c != '_' && !point) {
                break;
            }
            real |= point;
            to++;
        }
        return taken(
                real ? Token.Kind.REAL : Token.Kind.WHOLE,
                source.substring(from, to).replace("_", ""),
                to);
    }

    private Token string(char quote) {
        var text = new StringBuilder();
        int i = at + 1;
        while (i < source.length() && source.charAt(i) != quote) {
            char c = source.charAt(i);
            if (c == '\\' && i + 1 < source.length()) {
                char escaped = source.charAt(++i);
                if (escaped == 'u' && i + 4 < source.length()) {
                    text.append((char) Integer.parseInt(source.substring(i + 1, i + 5), 16));
                    i += 4;
                } else {
                    text.append(unescaped(escaped));
                }
            } else {
                text.append(c);
            }
            i++;
        }
        if (i >= source.length()) {
            throw new JinjaException(line, "a string has no end");
        }
        return taken(Token.Kind.STRING, text.toString(), i + 1);
    }

    private static String unescaped(char c) {
        return switch (c) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case '\n' -> "";
            case '\\', '\'', '"' -> String.valueOf(c);
            default -> "\\" + c;
        };
    }

    private Token taken(Token.Kind kind, String text, int to) {
        var token = new Token(kind, text, line);
        advance(to);
        return token;
    }
}
