package dev.lorikeet.tenancy;

import java.util.Locale;

/**
 * The grammar of every name that becomes part of an object's key: 1 to 63 characters of {@code a-z}, {@code 0-9} and
 * {@code -}, starting and ending with a letter or digit. Anything that could leave a folder ({@code ..}, slashes) or
 * look like another name (case, other scripts) is outside of it.
 */
final class NameGrammar {
    static final int MAX_LENGTH = 63;

    private NameGrammar() {}

    /** Returns the name itself, or refuses it for the given field. */
    static String check(String field, String name) {
        if (name.isEmpty()) {
            throw refused(field, "is empty; " + rule());
        }
        if (name.length() > MAX_LENGTH) {
            throw refused(field, "has " + name.length() + " characters; " + rule());
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!letterOrDigit(c) && c != '-') {
                throw refused(field, "has " + describe(name, i) + " at position " + (i + 1) + "; " + rule());
            }
        }
        if (!letterOrDigit(name.charAt(0)) || !letterOrDigit(name.charAt(name.length() - 1))) {
            throw refused(field, "starts or ends with '-'; " + rule());
        }
        return name;
    }

    /** Whether the text is a name. */
    static boolean matches(String text) {
        try {
            check("", text);
            return true;
        } catch (InvalidName refused) {
            return false;
        }
    }

    /** What stands at a position, safe to print: odd characters by their code point. */
    private static String describe(String name, int position) {
        int codePoint = name.codePointAt(position);
        return codePoint > ' ' && codePoint < 127
                ? "'" + (char) codePoint + "'"
                : String.format(Locale.ROOT, "the character U+%04X", codePoint);
    }

    private static boolean letterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    private static InvalidName refused(String field, String reason) {
        return new InvalidName(InvalidName.Code.INVALID_NAME, field, reason);
    }

    private static String rule() {
        return "use 1 to " + MAX_LENGTH + " characters of a-z, 0-9 and '-', starting and ending with a letter or digit";
    }
}
