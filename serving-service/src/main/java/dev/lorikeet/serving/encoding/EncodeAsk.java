package dev.lorikeet.serving.encoding;

import java.util.List;
import java.util.Optional;

/**
 * Texts to be read by an encoder, as they came in.
 *
 * @param model which adapter, as {@link dev.lorikeet.serving.route.ModelRoute} reads it
 */
public record EncodeAsk(String model, List<Input> inputs) {
    public EncodeAsk {
        inputs = List.copyOf(inputs);
    }

    /**
     * One text, or two.
     *
     * @param pair what stands behind it as the second of a pair
     */
    public record Input(String text, Optional<String> pair) {
        /** A single text. */
        public static Input of(String text) {
            return new Input(text, Optional.empty());
        }

        int chars() {
            return text.length() + pair.map(String::length).orElse(0);
        }
    }
}
