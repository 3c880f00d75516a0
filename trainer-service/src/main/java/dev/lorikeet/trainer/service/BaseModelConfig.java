package dev.lorikeet.trainer.service;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** The base model that this trainer trains over. */
@ConfigMapping(prefix = "lorikeet.base-model")
public interface BaseModelConfig {
    /** What requests call it. */
    @WithDefault("smollm2-135m-instruct")
    String name();

    /** A model folder as on the hub, or a GGUF file. Must be set: the trainer does not start without it. */
    Optional<Path> path();

    /** {@code auto} (bfloat16 where the hardware multiplies it), {@code float32} or {@code bfloat16}. */
    @WithDefault("auto")
    String precision();

    /** {@code auto} (a GPU where there is one), {@code cpu} or {@code cuda:N}. */
    @WithDefault("auto")
    String device();

    /** Operator threads; 0: one a core. */
    @WithDefault("0")
    int threads();
}
