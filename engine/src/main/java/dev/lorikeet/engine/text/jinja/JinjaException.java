package dev.lorikeet.engine.text.jinja;

/** A template that cannot be parsed or evaluated, with its line. */
public class JinjaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public JinjaException(String message) {
        super(message);
    }

    JinjaException(int line, String message) {
        super("line " + line + ": " + message);
    }
}
