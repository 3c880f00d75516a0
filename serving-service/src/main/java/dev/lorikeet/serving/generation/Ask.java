package dev.lorikeet.serving.generation;

import java.util.List;
import java.util.Optional;

/**
 * One request for text, as it came in.
 *
 * @param model which adapter, as {@link dev.lorikeet.serving.route.ModelRoute} reads it
 * @param maxTokens 0: the default
 * @param stop the answer ends before the first of these
 * @param picture what the answer is about, before the prompt
 */
public record Ask(
        String model, Prompt prompt, int maxTokens, Sampling sampling, List<String> stop, Optional<Picture> picture) {
    /** About a text alone. */
    public Ask(String model, Prompt prompt, int maxTokens, Sampling sampling, List<String> stop) {
        this(model, prompt, maxTokens, sampling, stop, Optional.empty());
    }

    public Ask {
        stop = List.copyOf(stop);
    }
}
