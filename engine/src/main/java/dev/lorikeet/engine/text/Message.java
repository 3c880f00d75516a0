package dev.lorikeet.engine.text;

import java.util.regex.Pattern;

/**
 * One turn of a conversation.
 *
 * @param role who speaks: lower-case letters, digits, '_' and '-', at most 32; it may become part of a prompt's control
 *     text, so nothing else is let in
 * @param content what is said; never read as template code nor as control tokens
 */
public record Message(String role, String content) {
    private static final Pattern ROLE = Pattern.compile("[a-z][a-z0-9_-]{0,31}");

    public Message {
        if (!ROLE.matcher(role).matches()) {
            throw new IllegalArgumentException("a role is a lower-case word such as user, not '" + role + "'");
        }
    }

    public static Message system(String content) {
        return new Message("system", content);
    }

    public static Message user(String content) {
        return new Message("user", content);
    }

    public static Message assistant(String content) {
        return new Message("assistant", content);
    }
}
