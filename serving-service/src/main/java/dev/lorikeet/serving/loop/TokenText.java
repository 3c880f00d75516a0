package dev.lorikeet.serving.loop;

/** Turns one answer's tokens into text as they come, never splitting a character. */
interface TokenText {
    /** The text that this token completes; may be empty. */
    String next(int token);

    /** What is left of a character that was never completed. */
    String finish();
}
