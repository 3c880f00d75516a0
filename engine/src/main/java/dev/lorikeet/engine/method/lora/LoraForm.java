package dev.lorikeet.engine.method.lora;

import dev.lorikeet.engine.adapter.SavedModules;
import dev.lorikeet.engine.method.token.TokenRows;

/**
 * What an adapter has besides the two factors of each module.
 *
 * @param dora whether weights are split into magnitude and direction (Liu et al. 2024): W' = m (W + s B A) / |W + s B A|,
 *     a norm and a magnitude for each output
 * @param bias whether each B has a bias: y = W x + s (B A x + bias)
 * @param biases which of the model's biases it brings
 * @param saved modules that it brings whole
 * @param rows tokens whose embeddings it brings
 * @param start what the factors begin as when they are trained
 */
public record LoraForm(
        boolean dora, boolean bias, OwnBiases biases, SavedModules saved, TokenRows rows, LoraStart start) {
    /** The factors alone. */
    public static final LoraForm PLAIN = new LoraForm(false, false, SavedModules.NONE);

    public LoraForm {
        if (dora && bias) {
            throw new IllegalArgumentException("lora_bias is not possible together with use_dora");
        }
        if (dora && start.shifted()) {
            throw new IllegalArgumentException("use_dora is not possible together with factors that begin as "
                    + start.text() + ": its norms are those of the whole weight");
        }
    }

    /** Without biases and rows of its own, and with B zero at the start. */
    public LoraForm(boolean dora, boolean bias, SavedModules saved) {
        this(dora, bias, OwnBiases.NONE, saved, TokenRows.NONE, LoraStart.ZERO);
    }

    /** The same with weights split into magnitude and direction, or not. */
    public LoraForm withDora(boolean split) {
        return new LoraForm(split, bias, biases, saved, rows, start);
    }

    /** The same with biases of the model's. */
    public LoraForm withBiases(OwnBiases own) {
        return new LoraForm(dora, bias, own, saved, rows, start);
    }

    /** The same with modules of its own. */
    public LoraForm withSaved(SavedModules own) {
        return new LoraForm(dora, bias, biases, own, rows, start);
    }

    /** The same with embeddings of its own for some tokens. */
    public LoraForm withRows(TokenRows own) {
        return new LoraForm(dora, bias, biases, saved, own, start);
    }

    /** The same with factors that begin as something else. */
    public LoraForm withStart(LoraStart other) {
        return new LoraForm(dora, bias, biases, saved, rows, other);
    }
}
