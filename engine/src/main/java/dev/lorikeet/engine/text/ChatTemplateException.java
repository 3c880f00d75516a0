package dev.lorikeet.engine.text;

/** A chat template that cannot be parsed, or that refuses a conversation (its {@code raise_exception}). */
public class ChatTemplateException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ChatTemplateException(String message) {
        super(message);
    }
}
