package dev.lorikeet.scheduler.request;

/**
 * How a base model is adapted: as it was sent (zero and empty mean "not set") or, once {@link #resolved}, as it will run.
 * Each method is one record that knows its own ranges and defaults; a request may carry any of them.
 */
public sealed interface Method
        permits Lora,
                PromptTuning,
                PrefixTuning,
                PTuning,
                Bottleneck,
                MoeLora,
                AdaLora,
                TrainableTokens,
                Ia3,
                BitFit,
                Full,
                Vora {
    /** The field of the request's {@code method} that carries this one. */
    String field();

    /**
     * Notes everything that is wrong with it.
     *
     * @param training how it shall be trained, unchecked
     */
    void check(Check check, TrainingSpec.Training training);

    /**
     * The same with every default filled in.
     *
     * @param training how it will be trained, resolved
     */
    Method resolved(TrainingSpec.Training training);

    /** The peak learning rate of requests that choose none. */
    default double learningRate() {
        return 2e-4;
    }
}
