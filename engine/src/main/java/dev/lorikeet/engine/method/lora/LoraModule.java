package dev.lorikeet.engine.method.lora;

import dev.lorikeet.engine.model.LinearModule;

/**
 * A module that an adapter changes: y = W x becomes y = W x + scaling B A x.
 *
 * @param module the linear layer
 * @param rank rows of A, columns of B
 * @param scaling what the update is multiplied by
 */
public record LoraModule(LinearModule module, int rank, double scaling) {}
