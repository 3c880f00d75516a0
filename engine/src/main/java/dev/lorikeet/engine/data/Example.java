package dev.lorikeet.engine.data;

import dev.lorikeet.engine.image.EncodedImage;
import dev.lorikeet.engine.text.Message;
import java.util.List;

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
     * A text; all of it is learned.
     *
     * @param text not empty
     */
    record Text(String text) implements Example {}
}
