package dev.lorikeet.engine.method.lora;

import java.util.Locale;

/** Which of the model's biases an adapter brings: PEFT's {@code bias}. */
public enum OwnBiases {
    /** None. */
    NONE,
    /** All that the model has, norms' too. */
    ALL,
    /** Those of the layers that it adapts. */
    LORA_ONLY;

    /** PEFT's name. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
