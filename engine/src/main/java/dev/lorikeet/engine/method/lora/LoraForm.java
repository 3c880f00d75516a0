package dev.lorikeet.engine.method.lora;

import dev.lorikeet.engine.adapter.SavedModules;

/**
 * What an adapter has besides the two factors of each module.
 *
 * @param dora whether weights are split into magnitude and direction (Liu et al. 2024): W' = m (W + s B A) / |W + s B A|,
 *     a norm and a magnitude for each output
 * @param bias whether each B has a bias: y = W x + s (B A x + bias)
 * @param saved modules that it brings whole
 */
public record LoraForm(boolean dora, boolean bias, SavedModules saved) {
    /** The factors alone. */
    public static final LoraForm PLAIN = new LoraForm(false, false, SavedModules.NONE);

    public LoraForm {
        if (dora && bias) {
            throw new IllegalArgumentException("lora_bias is not possible together with use_dora");
        }
    }
}
