package dev.lorikeet.engine.data;

import dev.lorikeet.engine.image.EncodedImage;
import dev.lorikeet.engine.text.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One training example, as a dataset's line says it. */
public sealed interface Example {
    /**
     * A conversation; the assistant's turns are learned.
     *
     * @param messages in order, at least one of them an assistant's
     */
    record Chat(List<Message> messages) implements Example {
        public Chat {
            messages = List.copyOf(messages);
        }
    }

    /**
     * A prompt and what should follow it; the completion is learned.
     *
     * @param prompt what is given
     * @param completion what is learned, not empty
     */
    record Completion(String prompt, String completion) implements Example {}

    /**
     * An example about a picture, which stands before it.
     *
     * @param image a file that was decoded once, so that it can be again
     * @param about a conversation, or a prompt and its completion
     */
    record Pictured(EncodedImage image, Example about) implements Example {
        public Pictured {
            if (about instanceof Pictured) {
                throw new IllegalArgumentException("an example has one picture at most");
            }
        }
    }

    /**
     * A text, or a pair of texts, of a class: what an encoder learns.
     *
     * @param text not empty
     * @param pair the second text, or null
     * @param label name of the class, not blank
     */
    record Classified(String text, @Nullable String pair, String label) implements Example {}

    /**
     * A text; all of it is learned.
     *
     * @param text not empty
     */
    record Text(String text) implements Example {}
}
