package dev.lorikeet.serving.generation;

import java.util.List;

/**
 * One request for text, as it came in.
 *
 * @param model which adapter, as {@link dev.lorikeet.serving.route.ModelRoute} reads it
 * @param maxTokens 0: the default
 * @param stop the answer ends before the first of these
 */
public record Ask(String model, Prompt prompt, int maxTokens, Sampling sampling, List<String> stop) {
    public Ask {
        stop = List.copyOf(stop);
    }
}
