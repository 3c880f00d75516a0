package dev.lorikeet.engine.train;

/**
 * A range of the flat vector that the optimizer treats alike.
 *
 * @param offset its first element
 * @param length its elements
 * @param learningRate of this step
 * @param weightDecay decoupled
 */
public record ParameterGroup(int offset, int length, double learningRate, double weightDecay) {}
