package dev.lorikeet.engine.text.jinja;

import dev.lorikeet.engine.text.jinja.Value.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Python's string operations, origins kept. */
final class Strings {
    private Strings() {}

    /** Whether Python's str.isspace holds for the character. */
    static boolean blank(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    /**
     * Strips characters from the ends.
     *
     * @param characters which, or empty for blanks
     */
    static Text strip(Text text, String characters, boolean left, boolean right) {
        int from = 0;
        int to = text.length();
        while (left && from < to && stripped(text.chars().charAt(from), characters)) {
            from++;
        }
        while (right && to > from && stripped(text.chars().charAt(to - 1), characters)) {
            to--;
        }
        return text.slice(from, to);
    }

    private static boolean stripped(char c, String characters) {
        return characters.isEmpty() ? blank(c) : characters.indexOf(c) >= 0;
    }

    /** Splits at a separator, at most {@code most} times if that is not negative. */
    static List<Value> split(Text text, String separator, int most) {
        if (separator.isEmpty()) {
            throw new JinjaException("a separator cannot be empty");
        }
        var parts = new ArrayList<Value>();
        int from = 0;
        while (most < 0 || parts.size() < most) {
            int at = text.chars().indexOf(separator, from);
            if (at < 0) {
                break;
            }
            parts.add(text.slice(from, at));
            from = at + separator.length();
        }
        parts.add(text.slice(from, text.length()));
        return parts;
    }

    /** Splits at a separator from the end. */
    static List<Value> splitFromEnd(Text text, String separator, int most) {
        var parts = new ArrayList<Value>();
        int to = text.length();
        while (most < 0 || parts.size() < most) {
            int at = to < separator.length() ? -1 : text.chars().lastIndexOf(separator, to - separator.length());
            if (at < 0) {
                break;
            }
            parts.addFirst(text.slice(at + separator.length(), to));
            to = at;
        }
        parts.addFirst(text.slice(0, to));
        return parts;
    }

    /** Splits at runs of blanks. */
    static List<Value> words(Text text) {
        var parts = new ArrayList<Value>();
        int from = 0;
        while (from < text.length()) {
            if (blank(text.chars().charAt(from))) {
                from++;
                continue;
            }
            int to = from;
            while (to < text.length() && !blank(text.chars().charAt(to))) {
                to++;
            }
            parts.add(text.slice(from, to));
            from = to;
        }
        return parts;
    }

    static List<Value> lines(Text text) {
        var parts = new ArrayList<>(split(text, "\n", -1));
        if (parts.getLast() instanceof Text last && last.length() == 0) {
            parts.removeLast();
        }
        return parts;
    }

    /** Replaces each occurrence; what replaces a stranger's text counts as the stranger's. */
    static Text replace(Text text, String old, Text fresh, int most) {
        if (old.isEmpty()) {
            return text;
        }
        var builder = new TextBuilder();
        int from = 0;
        for (int count = 0; most < 0 || count < most; count++) {
            int at = text.chars().indexOf(old, from);
            if (at < 0) {
                break;
            }
            int origin = text.slice(at, at + old.length()).mainOrigin();
            builder.append(text.slice(from, at));
            builder.append(origin == 0 ? fresh : Text.of(fresh.chars(), origin));
            from = at + old.length();
        }
        return builder.append(text.slice(from, text.length())).build();
    }

    /** Changes characters; where the length changes too, all of it counts as coming from the first stranger. */
    static Text mapped(Text text, UnaryOperator<String> change) {
        var changed = change.apply(text.chars());
        if (changed.length() != text.length()) {
            return Text.of(changed, text.mainOrigin());
        }
        var builder = new TextBuilder();
        for (int i = 0; i < changed.length(); i++) {
            builder.append(changed.substring(i, i + 1), text.origin(i));
        }
        return builder.build();
    }

    static Text upper(Text text) {
        return mapped(text, chars -> chars.toUpperCase(Locale.ROOT));
    }

    static Text lower(Text text) {
        return mapped(text, chars -> chars.toLowerCase(Locale.ROOT));
    }

    static Text capitalised(Text text) {
        return mapped(
                text,
                chars -> chars.isEmpty()
                        ? chars
                        : chars.substring(0, 1).toUpperCase(Locale.ROOT)
                                + chars.substring(1).toLowerCase(Locale.ROOT));
    }

    static Text title(Text text) {
        return mapped(text, chars -> {
            var title = new StringBuilder();
            boolean inWord = false;
            for (int i = 0; i < chars.length(); i++) {
                char c = chars.charAt(i);
                title.append(inWord ? Character.toLowerCase(c) : Character.toUpperCase(c));
                inWord = Character.isLetter(c);
            }
            return title.toString();
        });
    }

    /** Indents every line but the first (and blank ones). */
    static Text indented(Text text, String indent, boolean first, boolean blankLines) {
        var lines = split(text, "\n", -1);
        var builder = new TextBuilder();
        for (int i = 0; i < lines.size(); i++) {
            var line = Values.text(lines.get(i));
            if (i > 0) {
                builder.append("\n");
            }
            if ((i > 0 || first) && (blankLines || line.length() > 0)) {
                builder.append(indent);
            }
            builder.append(line);
        }
        return builder.build();
    }
}
