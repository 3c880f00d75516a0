package dev.lorikeet.engine.text.jinja;

/** The template itself refused its input with {@code raise_exception}; the message is the template's. */
public final class RaisedException extends JinjaException {
    private static final long serialVersionUID = 1L;

    RaisedException(String message) {
        super(message);
    }
}
