package dev.lorikeet.serving.generation;

import java.util.List;

/** What the answer continues. */
public sealed interface Prompt {
    /** Raw text, continued as it is. */
    record Text(String text) implements Prompt {}

    /** A conversation that the assistant answers. */
    record Conversation(List<Turn> turns) implements Prompt {
        public Conversation {
            turns = List.copyOf(turns);
        }
    }

    /** One message of a conversation: {@code system}, {@code user} or {@code assistant}, and its text. */
    record Turn(String role, String content) {}
}
