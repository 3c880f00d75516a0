package dev.lorikeet.engine.text.jinja;

/**
 * A piece of a template's source.
 *
 * @param kind what it is
 * @param text its characters; a string's with escapes resolved
 * @param line where it begins, from 1
 */
record Token(Kind kind, String text, int line) {
    enum Kind {
        /** Text outside of any tag. */
        DATA,
        BLOCK_BEGIN,
        BLOCK_END,
        OUTPUT_BEGIN,
        OUTPUT_END,
        NAME,
        WHOLE,
        REAL,
        STRING,
        OPERATOR,
        END
    }

    boolean is(Kind wanted, String wantedText) {
        return kind == wanted && text.equals(wantedText);
    }
}
