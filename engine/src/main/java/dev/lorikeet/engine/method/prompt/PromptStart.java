package dev.lorikeet.engine.method.prompt;

import dev.lorikeet.engine.text.Tokenizer;
import java.util.Arrays;
import java.util.List;

/** What virtual tokens begin as: PEFT's {@code prompt_tuning_init}. Without effect on a trained adapter. */
public sealed interface PromptStart {
    /**
     * Normal numbers of the mean and the deviation of the vocabulary's embeddings. (PEFT takes deviation 1, far from
     * what models have.)
     */
    record Random() implements PromptStart {}

    /** Embeddings of tokens drawn from the vocabulary. */
    record Vocabulary() implements PromptStart {}

    /**
     * Embeddings of a text's tokens, repeated or cut to the number of virtual tokens.
     *
     * @param text as given
     * @param tokens its ids, at least one
     */
    record Text(String text, List<Integer> tokens) implements PromptStart {
        public Text {
            tokens = List.copyOf(tokens);
            if (tokens.isEmpty()) {
                throw new IllegalArgumentException("prompt_tuning_init_text has no token");
            }
        }

        /** A text as PEFT's: with the tokenizer's special tokens. */
        public static Text of(String text, Tokenizer tokenizer) {
            return new Text(
                    text, Arrays.stream(tokenizer.encode(text, true)).boxed().toList());
        }
    }
}
