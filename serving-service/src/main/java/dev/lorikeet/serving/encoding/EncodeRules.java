package dev.lorikeet.serving.encoding;

import dev.lorikeet.serving.encoding.EncodeAsk.Input;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What may be asked of an encoder.
 *
 * @param maxInputs texts or pairs of one call
 * @param maxChars all texts of a call together, in UTF-16 units: bounds the work of tokenising them
 * @param contextLength longest text or pair, in tokens, special ones included
 */
public record EncodeRules(int maxInputs, int maxChars, int contextLength) {
    private static final String INPUTS = "inputs";
    /** Of a reply, so that it stays below the 4 MiB that gRPC clients take. */
    private static final long MAX_REPLY_BYTES = 3L << 20;
    /** What a score takes beside its label's name: probability, logit, field headers. */
    private static final int SCORE_BYTES = 24;

    public EncodeRules {
        if (maxInputs < 1 || maxChars < 1 || contextLength < 1) {
            throw new IllegalArgumentException(
                    "limits must be at least 1: " + maxInputs + ", " + maxChars + ", " + contextLength);
        }
    }

    /**
     * Lets a good request pass; cheap.
     *
     * @throws RejectedException INVALID_ARGUMENT, with the field at fault
     */
    public void check(EncodeAsk ask) {
        List<Input> inputs = ask.inputs();
        require(!inputs.isEmpty(), INPUTS, "is empty; send at least one text");
        require(
                inputs.size() <= maxInputs,
                INPUTS,
                "has " + inputs.size() + " texts; at most " + maxInputs + " in one call");
        long chars = 0;
        for (int i = 0; i < inputs.size(); i++) {
            Input input = inputs.get(i);
            require(!input.text().isEmpty(), field(i) + ".text", "is empty; send some text");
            require(
                    !input.pair().equals(Optional.of("")),
                    field(i) + ".text_pair",
                    "is empty; leave it out if there is no second text");
            chars += input.chars();
        }
        require(chars <= maxChars, INPUTS, "has " + chars + " characters; at most " + maxChars + " in one call");
    }

    /**
     * Lets a text of this many tokens pass.
     *
     * @param input its place among the inputs
     * @throws RejectedException INVALID_ARGUMENT if it has none or too many
     */
    public void checkTokens(int input, int tokens) {
        require(tokens > 0, field(input), "has no tokens");
        require(
                tokens <= contextLength,
                field(input),
                "has " + tokens + " tokens; at most " + contextLength + " fit the model's context");
    }

    /**
     * Lets a reply with all labels of each text pass.
     *
     * @throws RejectedException INVALID_ARGUMENT if it would be too large
     */
    public void checkReply(int inputs, List<String> labels) {
        long bytes = 0;
        for (String label : labels) {
            bytes += label.getBytes(StandardCharsets.UTF_8).length + SCORE_BYTES;
        }
        long most = Math.max(1, MAX_REPLY_BYTES / Math.max(1, bytes));
        require(
                inputs <= most,
                INPUTS,
                "has " + inputs + " texts; at most " + most + " in one call to a classifier with these " + labels.size()
                        + " labels");
    }

    private static String field(int input) {
        return INPUTS + "[" + input + "]";
    }

    private static void require(boolean good, String field, String message) {
        if (!good) {
            throw Rejection.invalid(field, message).asException();
        }
    }
}
